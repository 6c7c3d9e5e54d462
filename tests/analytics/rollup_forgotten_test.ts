import assert from "node:assert/strict";
import { BLOCK_LIMITS } from "../../core/analytics/block_sums.ts";
import { rebuildRollups } from "../../core/analytics/rebuild_rollups.ts";
import type { Call } from "../../core/calls/call.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { AN_ADMIN, someWorkspace, testCore } from "../_support/core.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { callMaker, counted, record, rollupsOn, told } from "./_support.ts";

const DAY_MS = 86_400_000;
const DAY = new Date("2026-11-20");

/**
 * A built day of which some hours were forgotten and others were not, since its calls were kept
 * for longer from one hour on.
 */
async function partlyForgotten() {
  const core = await testCore();
  const { id } = await someWorkspace(core);
  let retentionDays = 10;
  const rollups = rollupsOn(core.kv, {
    now: core.now,
    roller: { retentionDaysOf: () => Promise.resolve(retentionDays) },
    builder: { limits: { ...BLOCK_LIMITS, fewRows: 0 } },
  });
  const make = callMaker(new SeededRandom(8));
  const calls: Call[] = [];
  async function callAt(hour: number) {
    const call = make(new Date(DAY.getTime() + hour * 3_600_000));
    calls.push(call);
    await record(core.kv, id, [call]);
    await rollups.roller.rollAll(id);
  }

  await callAt(3);
  retentionDays = 300;
  await callAt(5);
  await callAt(5);
  await rollups.builder.buildDue();
  core.advance(30 * DAY_MS);
  return { core, id, rollups, calls, callAt, [Symbol.dispose]: () => core[Symbol.dispose]() };
}

for (const detail of ["everything", "members", "tools", "total"] as const) {
  Deno.test(`a call of an hour that is kept longer than its day's others counts once by ${detail}`, async () => {
    using it = await partlyForgotten();

    for (let late = 0; late < 2; late++) await it.callAt(5);
    await it.rollups.builder.buildDue();

    const to = new Date(DAY.getTime() + DAY_MS);
    const query = { from: DAY, to, detail, grain: "whole" } as const;
    assert.deepEqual(await told(it.rollups.tallies, it.id, query), counted(it.calls, query));
  });
}

Deno.test("a rebuild leaves a day as it is whose hours are not all known any more", async () => {
  using it = await partlyForgotten();
  await it.callAt(5);
  const leases = new LeaseStore(it.core.kv, { instanceId: "test", now: it.core.now });
  const deps = { ...it.core, ...it.rollups, leases };

  const report = await rebuildRollups(deps, AN_ADMIN, "engineering", { repair: true });
  await it.rollups.builder.buildDue();

  assert.deepEqual([report.ok, report.hours.repaired, report.hours.older], [true, 0, 2]);
  const to = new Date(DAY.getTime() + DAY_MS);
  const query = { from: DAY, to, detail: "members", grain: "whole" } as const;
  assert.deepEqual(await told(it.rollups.tallies, it.id, query), counted(it.calls, query));
});

Deno.test("a rebuild leaves hours alone whose log is a gap, since less was kept for a time", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  let retentionDays = 90;
  const rollups = rollupsOn(core.kv, {
    now: core.now,
    roller: { retentionDaysOf: () => Promise.resolve(retentionDays) },
  });
  const make = callMaker(new SeededRandom(8));
  const calls: Call[] = [];
  for (const days of [90, 7, 90]) {
    retentionDays = days;
    const hourMs = 3_600_000;
    calls.push(make(new Date(DAY.getTime() + hourMs * calls.length)));
    await record(core.kv, id, calls.slice(-1));
    await rollups.roller.rollAll(id);
  }
  const packs = await Array.fromAsync(core.kv.list({ prefix: prefixes.calls(id) }));
  await core.kv.delete(packs[1].key);
  const leases = new LeaseStore(core.kv, { instanceId: "test", now: core.now });
  const deps = { ...core, ...rollups, leases };
  core.advance(7 * DAY_MS);

  const report = await rebuildRollups(deps, AN_ADMIN, "engineering", { repair: true });

  assert.deepEqual([report.ok, report.hours.equal, report.hours.older], [true, 2, 1]);
  const to = new Date(DAY.getTime() + DAY_MS);
  const query = { from: DAY, to, detail: "everything", grain: "hour" } as const;
  assert.deepEqual(await told(rollups.tallies, id, query), counted(calls, query));
});

Deno.test("late calls of many forgotten days are counted where a commit has ten checks at most", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const { roller, builder } = rollupsOn(core.kv, { now: core.now });
  const make = callMaker(new SeededRandom(8));
  const days = Array.from({ length: 12 }, (_, day) => new Date(DAY.getTime() - day * DAY_MS));
  const calls = days.map((day) => make(day));
  await record(core.kv, id, calls);
  await roller.rollAll(id);
  await builder.buildDue();
  core.advance(120 * DAY_MS);
  const late = days.map((day) => make(day));
  await record(core.kv, id, late);

  const strict = rollupsOn(withFewChecks(core.kv), { now: core.now });
  await strict.roller.rollAll(id);

  const [from, to] = [days[11], new Date(DAY.getTime() + DAY_MS)];
  const query = { from, to, detail: "everything", grain: "day" } as const;
  assert.equal((await strict.rollups.mark(id)).counted, 24);
  const all = [...calls, ...late];
  assert.deepEqual(await told(strict.tallies, id, query), counted(all, query));
});

/** A store that accepts ten checks in a commit. */
function withFewChecks(kv: Deno.Kv): Deno.Kv {
  return new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== "atomic") return typeof value === "function" ? value.bind(target) : value;
      return () => {
        const atomic = target.atomic();
        const check = atomic.check.bind(atomic);
        let checks = 0;
        atomic.check = (...more) => {
          checks += more.length;
          if (checks > 10) throw new TypeError("Too many checks (max 10)");
          return check(...more);
        };
        return atomic;
      };
    },
  });
}
