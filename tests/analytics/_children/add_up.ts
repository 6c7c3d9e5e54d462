/**
 * Adds up what is in the store, builds days and counts again, and is killed by itself after
 * `step` was passed for the `nth` time.
 *
 * Arguments: the store's path, the workspace's id and slug, the time, the step, nth.
 */
import { rebuildRollups } from "../../../core/analytics/rebuild_rollups.ts";
import { AuditStore } from "../../../core/audit/audit_store.ts";
import { WorkspaceId } from "../../../core/ids.ts";
import { LeaseStore } from "../../../core/kv/lease_store.ts";
import { WorkspaceStore } from "../../../core/workspaces/workspace_store.ts";
import { AN_ADMIN, testKeyring } from "../../_support/core.ts";
import { rollupsOn } from "../_support.ts";

const [path, id, slug, time, fatalStep, nth] = Deno.args;
const now = () => new Date(time);
let passed = 0;

function after(step: string): void {
  if (step === fatalStep && ++passed === Number(nth)) Deno.kill(Deno.pid, "SIGKILL");
}

using kv = await Deno.openKv(path);
const rollups = rollupsOn(kv, { now, roller: { after }, builder: { after } });
await rollups.roller.rollAll(WorkspaceId.parse(id));
await rollups.builder.buildDue();

const audit = new AuditStore(kv, { keyring: testKeyring(), now });
const workspaces = new WorkspaceStore(kv, audit);
const leases = new LeaseStore(kv, { instanceId: `child ${Deno.pid}`, now });
await rebuildRollups({ ...rollups, audit, workspaces, leases, after }, AN_ADMIN, slug, {
  repair: true,
});
