import assert from "node:assert/strict";
import { rebuildRollups } from "../../core/analytics/rebuild_rollups.ts";
import type { RecountStep } from "../../core/analytics/recount.ts";
import { RollupStore } from "../../core/analytics/rollup_store.ts";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { AN_ADMIN, someWorkspace, START, type TestCore, testCore } from "../_support/core.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import {
  callMaker,
  counted,
  record,
  type Rollups,
  rollupsOn,
  timesAround,
  told,
} from "./_support.ts";
import type { Call } from "../../core/calls/call.ts";

const DAY_MS = 86_400_000;
const ALL = {
  from: new Date(START.getTime() - 400 * DAY_MS),
  to: new Date(START.getTime() + 400 * DAY_MS),
  detail: "everything",
  grain: "whole",
} as const;

/** A workspace with calls of some days, all of them added up and built. */
async function world(seed = 1) {
  const core = await testCore();
  const { id } = await someWorkspace(core);
  const random = new SeededRandom(seed);
  const rollups = rollupsOn(core.kv, { now: core.now });
  const make = callMaker(random);
  const time = timesAround(random, new Date(START.getTime() - 2 * DAY_MS), 30);
  const calls = Array.from({ length: 300 }, () => make(time()));
  for (let at = 0; at < calls.length; at += 30) {
    await record(core.kv, id, calls.slice(at, at + 30));
  }
  await rollups.roller.rollAll(id);
  await rollups.builder.buildDue();
  const leases = new LeaseStore(core.kv, { instanceId: "test", now: core.now });
  const deps = { ...core, ...rollups, leases };
  return { core, id, calls, rollups, deps, [Symbol.dispose]: () => core[Symbol.dispose]() };
}

/** Writes something else over a record of the sums. */
async function spoil(core: TestCore, prefix: Deno.KvKey, skip = 0): Promise<void> {
  const entries = await Array.fromAsync(core.kv.list<Record<string, unknown>>({ prefix }));
  const { key, value } = entries[skip];
  if (value instanceof Uint8Array) await core.kv.delete(key);
  else await core.kv.set(key, { ...value, total: { ...Object(value.total), bytesIn: 1 } });
}

async function assertEqual(
  rollups: Rollups,
  id: Parameters<typeof told>[1],
  calls: readonly Call[],
) {
  assert.deepEqual(await told(rollups.tallies, id, ALL), counted(calls, ALL));
  const byDay = { ...ALL, detail: "members", grain: "day" } as const;
  assert.deepEqual(await told(rollups.tallies, id, byDay), counted(calls, byDay));
}

Deno.test("a rebuild finds sums that equal the log, changes nothing, and leaves nothing behind", async () => {
  using it = await world();
  const stored = () =>
    Array.fromAsync(it.core.kv.list({ prefix: prefixes.rollHours(it.id, "live") }));
  const before = await stored();

  const report = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });

  assert.equal(report.ok, true);
  assert.equal(report.calls, 300);
  assert.ok(report.hours.equal > 20 && report.blocks.equal > 5);
  assert.deepEqual([report.hours.different, report.blocks.different, report.differences], [
    0,
    0,
    [],
  ]);
  assert.deepEqual(await stored(), before);
  assert.deepEqual(await it.rollups.rollups.otherBooks(it.id), []);
  for (const kind of ["roll_hour", "roll_segment", "roll_mark"]) {
    const books = await Array.fromAsync(it.core.kv.list({ prefix: [kind] }), ({ key }) => key[2]);
    assert.deepEqual([...new Set(books)], ["live"], kind);
  }
});

Deno.test("a rebuild finds and replaces hours that differ, that are gone, and that nobody called in", async () => {
  using it = await world();
  const { kv } = it.core;
  const heads = await Array.fromAsync(it.rollups.rollups.allHeads(it.id));
  const invented = { ...heads[3].head };
  const segment = prefixes.rollSegments(it.id, "live");
  await spoil(it.core, segment, 0);
  await spoil(it.core, prefixes.rollHours(it.id, "live"), 5);
  await kv.delete(keys.rollHour(it.id, "live", new Date(heads[8].hourMs).toISOString()));
  await kv.set(keys.rollHour(it.id, "live", "2026-11-01T05:00:00.000Z"), invented);

  const found = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: false });
  const repaired = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });
  const again = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });

  assert.deepEqual([found.ok, found.hours.different, found.hours.repaired], [false, 4, 0]);
  assert.equal(found.differences.find(({ hour }) => hour.startsWith("2026-11-01"))?.logged, 0);
  assert.deepEqual([repaired.ok, repaired.hours.different, repaired.hours.repaired], [true, 4, 4]);
  assert.deepEqual([again.ok, again.hours.different], [true, 0]);
  await assertEqual(it.rollups, it.id, it.calls);
});

Deno.test("a rebuild has days built anew that do not equal their hours", async () => {
  using it = await world();
  await spoil(it.core, prefixes.rollBlocks(it.id, "day"));
  await spoil(it.core, ["roll_piece", it.id, "part"]);

  const found = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: false });
  const repaired = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });
  const again = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: false });

  assert.deepEqual([found.ok, found.blocks.different], [false, 2]);
  assert.deepEqual([repaired.ok, repaired.blocks.repaired], [true, 2]);
  assert.deepEqual([again.ok, again.blocks.different], [true, 0]);
  assert.equal(again.blocks.equal, found.blocks.equal + 2);
  await assertEqual(it.rollups, it.id, it.calls);
});

Deno.test("a rebuild leaves hours alone of which the log was forgotten", async () => {
  using it = await world();
  const packs = await Array.fromAsync(it.core.kv.list({ prefix: prefixes.calls(it.id) }));
  for (const { key } of packs.slice(0, 5)) await it.core.kv.delete(key);

  const report = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });

  assert.deepEqual([report.ok, report.calls, report.hours.different], [true, 150, 0]);
  assert.ok(report.hours.older > 0);
  await assertEqual(it.rollups, it.id, it.calls);
});

Deno.test("a rebuild comes out right while calls come in and are added up", async () => {
  using it = await world();
  const random = new SeededRandom(9);
  const make = callMaker(random);
  const time = timesAround(random, new Date(START.getTime() - 2 * DAY_MS), 3);
  const more: Call[] = [];
  let isDone = false;
  const others = (async () => {
    while (!isDone) {
      const group = Array.from({ length: 5 }, () => make(time()));
      await record(it.core.kv, it.id, group);
      more.push(...group);
      await it.rollups.roller.rollAll(it.id);
      if (random.next() < 0.2) await it.rollups.builder.buildDue();
    }
  })();
  await spoil(it.core, prefixes.rollHours(it.id, "live"), 20);

  const report = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });
  isDone = true;
  await others;

  assert.deepEqual([report.ok, report.hours.different], [true, 1]);
  await assertEqual(it.rollups, it.id, [...it.calls, ...more]);
});

Deno.test("one rebuild of a workspace runs at a time, and a killed one is in nobody's way", async () => {
  using it = await world();
  const others = new LeaseStore(it.core.kv, { instanceId: "other", now: it.core.now });
  await others.hold(`recount ${it.id}`);

  await assert.rejects(
    rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true }),
    { code: "conflict" },
  );
  it.core.advance(31_000);
  const report = await rebuildRollups(it.deps, AN_ADMIN, "engineering", { repair: true });

  assert.equal(report.ok, true);
});

Deno.test("a rebuild accuses no hour that is added to whenever it is looked at", async () => {
  using it = await world();
  const make = callMaker(new SeededRandom(5));
  const calls = [...it.calls];
  let isLooking = true;
  const meddled = new class extends RollupStore {
    override async heads(...[id, hours]: Parameters<RollupStore["heads"]>) {
      if (isLooking && hours.length === 1) {
        const call = make(new Date(hours[0]));
        calls.push(call);
        await record(it.core.kv, it.id, [call]);
        await it.rollups.roller.rollAll(it.id);
      }
      return await super.heads(id, hours);
    }
    override async rowsOf(...args: Parameters<RollupStore["rowsOf"]>) {
      isLooking = false;
      const rows = await super.rowsOf(...args);
      isLooking = true;
      return rows;
    }
  }(it.core.kv, { now: it.core.now });

  const deps = { ...it.deps, rollups: meddled };
  const report = await rebuildRollups(deps, AN_ADMIN, "engineering", { repair: true });
  isLooking = false;

  assert.deepEqual([report.ok, report.hours.different], [true, 0]);
  assert.ok(calls.length > it.calls.length + 20);
  await assertEqual(it.rollups, it.id, calls);
});

Deno.test("a rebuild whose book another one clears away replaces no hour by nothing", async () => {
  using it = await world();
  await spoil(it.core, prefixes.rollHours(it.id, "live"), 5);
  let isCleared = false;
  const meddled = new class extends RollupStore {
    override async heads(...[id, hours]: Parameters<RollupStore["heads"]>) {
      const books = await this.otherBooks(id);
      const found = await super.heads(id, hours);
      if (isRepairing && !isCleared && books.length > 0) {
        isCleared = true;
        await this.bookOf(books[0]).clear(id);
      }
      return found;
    }
  }(it.core.kv, { now: it.core.now });
  let isRepairing = false;
  const deps = {
    ...it.deps,
    rollups: meddled,
    after: (step: RecountStep) => {
      // The first one that differs is replaced next.
      if (step === "hour compared") isRepairing = ++compared === 6;
    },
  };
  let compared = 0;

  await rebuildRollups(deps, AN_ADMIN, "engineering", { repair: true });

  assert.equal(isCleared, true);
  await assertEqual(it.rollups, it.id, it.calls);
});
