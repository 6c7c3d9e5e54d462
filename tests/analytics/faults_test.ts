import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { BUILD_STEPS } from "../../core/analytics/block_builder.ts";
import { rebuildRollups } from "../../core/analytics/rebuild_rollups.ts";
import { RECOUNT_STEPS } from "../../core/analytics/recount.ts";
import { ROLL_STEPS } from "../../core/analytics/roller.ts";
import type { Call } from "../../core/calls/call.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import {
  AN_ADMIN,
  coreOn,
  someWorkspace,
  START,
  type TestCore,
  testCore,
} from "../_support/core.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { tempStore } from "../_support/temp_store.ts";
import { callMaker, counted, record, rollupsOn, timesAround, told } from "./_support.ts";

const DAY_MS = 86_400_000;
const ALL_STEPS = [...ROLL_STEPS, ...BUILD_STEPS, ...RECOUNT_STEPS];

const EVERYTHING = {
  from: new Date(START.getTime() - 10 * DAY_MS),
  to: new Date(START.getTime() + 10 * DAY_MS),
  detail: "everything",
  grain: "whole",
} as const;

/** Groups of calls of some days that are over. */
function groupsOfCalls(seed: number, count: number): Call[][] {
  const random = new SeededRandom(seed);
  const make = callMaker(random);
  const time = timesAround(random, new Date(START.getTime() - 3 * DAY_MS), 20);
  return Array.from({ length: count }, () => Array.from({ length: 25 }, () => make(time())));
}

/** One life of a process that adds up: it ends after it has passed a step so often. */
async function live(
  core: TestCore,
  id: WorkspaceId,
  fatalStep: string,
  passes: number,
): Promise<{ wasKilled: boolean }> {
  let passed = 0;
  const after = (step: string) => {
    if (step === fatalStep && ++passed === passes) throw new Error("killed");
  };
  const rollups = rollupsOn(core.kv, { now: core.now, roller: { after }, builder: { after } });
  const leases = new LeaseStore(core.kv, { instanceId: "test", now: core.now });
  try {
    await rollups.roller.rollAll(id);
    await rollups.builder.buildDue();
    const deps = { ...core, ...rollups, leases, after };
    const report = await rebuildRollups(deps, AN_ADMIN, "engineering", { repair: true });
    assert.equal(report.ok, true);
    return { wasKilled: false };
  } catch (error) {
    assert.ok(error instanceof Error && error.message === "killed", String(error));
    return { wasKilled: true };
  }
}

/** Spoils an hour, so that a recount has something to replace. */
async function spoilAnHour({ kv }: TestCore, id: WorkspaceId): Promise<void> {
  for await (const { key } of kv.list({ prefix: prefixes.rollHours(id, "live") }, { limit: 1 })) {
    await kv.delete(key);
  }
}

async function assertAllEqual(core: TestCore, id: WorkspaceId, calls: readonly Call[]) {
  const { roller, builder, rollups, tallies, blocks } = rollupsOn(core.kv, { now: core.now });
  await roller.rollAll(id);
  await builder.buildDue();

  for (const detail of ["everything", "members", "tools", "total"] as const) {
    for (const grain of ["whole", "day", "hour"] as const) {
      const query = { ...EVERYTHING, detail, grain };
      assert.deepEqual(await told(tallies, id, query), counted(calls, query), `${detail} ${grain}`);
    }
  }
  assert.equal((await rollups.mark(id)).counted, calls.length);
  assert.deepEqual(await Array.fromAsync(blocks.due(core.now().getTime() - 3_600_000)), []);
}

for (const step of ALL_STEPS) {
  Deno.test(`sums equal the log when a process ends again and again after: ${step}`, async () => {
    using core = await testCore();
    const { id } = await someWorkspace(core);
    const groups = groupsOfCalls(ALL_STEPS.indexOf(step), 8);
    let kills = 0;

    for (const [index, group] of groups.entries()) {
      await record(core.kv, id, group);
      if (index % 2 === 0) await spoilAnHour(core, id);
      const { wasKilled } = await live(core, id, step, 1 + Math.floor(index % 6 / 2));
      if (wasKilled) kills++;
    }
    await live(core, id, "never", 1);

    assert.ok(kills > 0, "the step was never passed");
    await assertAllEqual(core, id, groups.flat());
  });
}

Deno.test("sums equal the log when real processes are killed after every step", async () => {
  using temp = await tempStore();
  const memory = { ...temp.store, [Symbol.dispose]: () => {} };
  const core = coreOn(memory);
  const { id, slug } = await someWorkspace(core);
  const groups = groupsOfCalls(77, ALL_STEPS.length);

  for (const [index, step] of ALL_STEPS.entries()) {
    await record(core.kv, id, groups[index]);
    const isReplacing = step === "rows written" || step === "hour replaced";
    if (isReplacing) {
      await rollupsOn(core.kv, { now: core.now }).roller.rollAll(id);
      await spoilAnHour(core, id);
    }
    core.advance(60_000);
    const script = fileURLToPath(new URL("_children/add_up.ts", import.meta.url));
    const args = [temp.path, id, slug, core.now().toISOString(), step, "1"];
    const { signal, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", script, ...args],
    }).output();

    assert.equal(signal, "SIGKILL", `${step}: ${new TextDecoder().decode(stderr)}`);
  }
  core.advance(60_000);
  await live(core, id, "never", 1);

  await assertAllEqual(core, id, groups.flat());
});
