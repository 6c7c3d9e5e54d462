import assert from "node:assert/strict";
import { verifyAudit } from "../../core/audit/verify_audit.ts";
import { GatewayError } from "../../core/errors.ts";
import { offboardMember } from "../../core/members/offboard_member.ts";
import { removeSecret } from "../../core/secrets/remove_secret.ts";
import { SecretName } from "../../core/secrets/secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import { disableServer, enableServer } from "../../core/servers/disable_server.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { updateToken } from "../../core/tokens/update_token.ts";
import { disableWorkspace, enableWorkspace } from "../../core/workspaces/disable_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { AN_ADMIN, coreOn, someServer, someWorkspace, type TestCore } from "../_support/core.ts";
import { randomFrom, Turns } from "../_support/turns.ts";
import { memoryStore } from "../_support/store.ts";
import { assertWhole, epochOf } from "./_invariants.ts";

const EMAIL = "alice@example.com";
const PLACE = { workspace: "team", server: "notes" };
const FORCE = { force: true };

/** What an admin does to the one workspace, server and token that there are. */
const ACTS: Record<string, (core: TestCore, tokenId: string) => Promise<unknown>> = {
  "create token": (core) => createToken(core, AN_ADMIN, "team", { name: "Alice", email: EMAIL }),
  "create token without address": (core) => createToken(core, AN_ADMIN, "team", { name: "CI" }),
  "revoke": (core, id) => revokeToken(core, AN_ADMIN, "team", id),
  "change token": (core, id) =>
    updateToken(core, AN_ADMIN, "team", id, {
      policy: { allow: ["a*"], deny: [], readOnly: false },
    }),
  "offboard": (core) => offboardMember(core, AN_ADMIN, EMAIL),
  "remove workspace": (core) => removeWorkspace(core, AN_ADMIN, "team", FORCE),
  "disable workspace": (core) => disableWorkspace(core, AN_ADMIN, "team"),
  "enable workspace": (core) => enableWorkspace(core, AN_ADMIN, "team"),
  "install": (core) => installServer(core, AN_ADMIN, PLACE),
  "uninstall": (core) => uninstallServer(core, AN_ADMIN, PLACE),
  "update server": (core) => updateServer(core, AN_ADMIN, "notes", { name: "Notes 2" }),
  "disable server": (core) => disableServer(core, AN_ADMIN, "notes", "admin"),
  "enable server": (core) => enableServer(core, AN_ADMIN, "notes"),
  "remove server": (core) => removeServer(core, AN_ADMIN, "notes", FORCE),
  "set secret": (core) =>
    setSecret(core, AN_ADMIN, "notes", SecretName.parse("X-Key"), { value: "a new value" }),
  "remove secret": (core) => removeSecret(core, AN_ADMIN, "notes", "X-Key", FORCE),
};

/** Those after which something is there, or not there any more: they meet the most often. */
const MAKES = ["create token", "create token without address", "install", "set secret", "offboard"];
const ENDS = ["revoke", "offboard", "remove workspace", "uninstall", "remove server"];

/** In how many orders of their steps two of them meet. */
function triesOf(first: string, second: string): number {
  const isClose = [[first, second], [second, first]]
    .some(([make, end]) => MAKES.includes(make) && ENDS.includes(end));
  return isClose ? 20 : 2;
}

/** What may be said to who comes too late, or always loses. */
const EXPECTED = ["not_found", "conflict", "in_use"];

Deno.test("every two changes of an admin that race leave everything whole, and each is told", async () => {
  const names = Object.keys(ACTS);
  let pairs = 0;
  let refused = 0;

  for (const [at, first] of names.entries()) {
    for (const second of names.slice(at)) {
      pairs++;
      const tries = triesOf(first, second);
      for (let at = 0; at < tries; at++) refused += await race(first, second, 100 * pairs + at);
    }
  }

  assert.equal(pairs, names.length * (names.length + 1) / 2);
  assert.ok(refused > 0);
});

/** Races two acts in two processes; gives how many of them were refused. */
async function race(first: string, second: string, seed: number): Promise<number> {
  const where = `${first} × ${second}, seed ${seed}`;
  using store = await memoryStore();
  await using turns = new Turns(randomFrom(seed));
  // Each has its own stores on the same records, as in another process.
  const coreFor = (who: string) => coreOn({ ...turns.storeFor(who, store), [Symbol.dispose]() {} });
  const core = coreOn(store);
  const { id, tokenId } = await prepare(core, first, second);
  const before = { epoch: await epochOf(core.kv, id), entries: await countEntries(core) };

  const outcomes = await Promise.allSettled([
    ACTS[first](coreFor("one"), tokenId),
    ACTS[second](coreFor("two"), tokenId),
  ]);

  const refusals = outcomes.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  for (const error of refusals) {
    const code = error instanceof GatewayError ? error.code : String(error);
    assert.ok(EXPECTED.includes(code), `${where}: ${error}`);
  }
  await assertWhole(core.kv, where);
  const entries = await countEntries(core) - before.entries;
  const moved = await epochOf(core.kv, id) - before.epoch;
  assert.ok(entries <= 2, `${where}: ${entries} entries`);
  // A change of a server that is not installed touches no workspace.
  const own = await countOwn(core, entries, id);
  assert.ok(moved >= own && moved <= entries, `${where}: ${moved} of ${entries}, ${own} its own`);
  assert.equal((await verifyAudit(core.audit)).ok, true, where);
  return refusals.length;
}

async function prepare(core: TestCore, ...acts: string[]) {
  const { id } = await someWorkspace(core, "team");
  await someServer(core, "notes");
  await setSecret(core, AN_ADMIN, "notes", SecretName.parse("X-Key"), { value: "the old value" });
  const { id: tokenId } = await createToken(core, AN_ADMIN, "team", {
    name: "Alice",
    email: EMAIL,
  });
  if (!acts.includes("install")) await installServer(core, AN_ADMIN, PLACE);
  if (acts.includes("enable server")) await disableServer(core, AN_ADMIN, "notes", "admin");
  if (acts.includes("enable workspace")) await disableWorkspace(core, AN_ADMIN, "team");
  return { id, tokenId };
}

async function countEntries({ audit }: TestCore): Promise<number> {
  const [last] = (await audit.list({ limit: 1, cursor: null })).items;
  return last?.seq ?? 0;
}

/** How many of the latest entries are about the workspace itself, or its people. */
async function countOwn({ audit }: TestCore, latest: number, id: string): Promise<number> {
  if (latest === 0) return 0;
  const { items } = await audit.list({ limit: latest, cursor: null });
  return items.filter(({ action, subject }) =>
    subject.workspaceId === id || action === "member.offboard"
  ).length;
}
