import assert from "node:assert/strict";
import { BUILD_STEPS } from "../../core/analytics/block_builder.ts";
import { BLOCK_LIMITS } from "../../core/analytics/block_sums.ts";
import { RollupStore } from "../../core/analytics/rollup_store.ts";
import { rebuildRollups } from "../../core/analytics/rebuild_rollups.ts";
import type { Call } from "../../core/calls/call.ts";
import { newWorkspaceId } from "../../core/ids.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { AN_ADMIN, someWorkspace, START, testCore } from "../_support/core.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { memoryStore } from "../_support/store.ts";
import { callMaker, counted, record, rollupsOn, timesAround, told } from "./_support.ts";

const DAY_MS = 86_400_000;
const now = () => START;
const LIMITS = { memberTools: 1_000, hourRows: 10_000, segmentBytes: 1_500 };
const PERIOD = {
  from: new Date(START.getTime() - 4 * DAY_MS + 1_234),
  to: new Date(START.getTime() - DAY_MS - 4_321),
};

/** A store that has something done before a read of its own, the `nth` one. */
function meddling(kv: Deno.Kv, nth: number, meddle: () => Promise<void>) {
  let reads = 0;
  const before = async () => {
    if (++reads === nth) await meddle();
  };
  const proxy = new Proxy(kv, {
    get(target, name) {
      if (name === "list") {
        return async function* (...args: Parameters<Deno.Kv["list"]>) {
          await before();
          yield* target.list(...args);
        };
      }
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "get" && name !== "getMany") return value.bind(target);
      return async (...args: unknown[]) => {
        await before();
        return await value.apply(target, args);
      };
    },
  });
  return { kv: proxy, reads: () => reads };
}

for (const detail of ["everything", "members", "total"] as const) {
  Deno.test(`a report of ${detail} is exact whenever calls are added up and built beside it`, async () => {
    const query = { ...PERIOD, detail, grain: "whole" } as const;
    for (let nth = 1, reads = Infinity; nth <= reads; nth++) {
      using store = await memoryStore();
      const random = new SeededRandom(4);
      const make = callMaker(random);
      const time = timesAround(random, new Date(START.getTime() - 3 * DAY_MS), 30);
      const calls = Array.from({ length: 120 }, () => make(time()));
      const id = newWorkspaceId();
      const { roller, builder } = rollupsOn(store.kv, {
        now,
        roller: { limits: LIMITS },
        builder: { limits: { ...BLOCK_LIMITS, fewRows: 0 } },
      });
      await record(store.kv, id, calls.slice(0, 80));
      await roller.rollAll(id);
      await builder.buildDue();
      await record(store.kv, id, calls.slice(80));

      const meddled = meddling(store.kv, nth, async () => {
        await roller.rollAll(id);
        if (nth % 2 === 0) await builder.buildDue();
      });
      const { tallies } = rollupsOn(meddled.kv, { now });
      assert.deepEqual(await told(tallies, id, query), counted(calls, query), `read ${nth}`);
      reads = meddled.reads();
    }
  });
}

for (const step of BUILD_STEPS) {
  Deno.test(`a block does not count when a call was counted after: ${step}`, async () => {
    using store = await memoryStore();
    const random = new SeededRandom(6);
    const make = callMaker(random);
    const time = timesAround(random, new Date(START.getTime() - 3 * DAY_MS), 5);
    const id = newWorkspaceId();
    const calls: Call[] = [];
    const { roller, builder: other } = rollupsOn(store.kv, { now });
    let meddlings = 0;
    async function addCalls() {
      const group = Array.from({ length: 10 }, () => make(time()));
      calls.push(...group);
      await record(store.kv, id, group);
      await roller.rollAll(id);
    }
    await addCalls();

    const { builder, tallies } = rollupsOn(store.kv, {
      now,
      builder: {
        after: async (passed) => {
          if (passed !== step || ++meddlings > 4) return;
          await addCalls();
          if (meddlings % 2 === 0) await other.buildDue();
        },
      },
    });
    await builder.buildDue();
    for (const grain of ["whole", "hour"] as const) {
      const query = { ...PERIOD, detail: "everything", grain } as const;
      assert.deepEqual(await told(tallies, id, query), counted(calls, query));
    }
    await builder.buildDue();

    assert.ok(meddlings > 0);
    const query = { ...PERIOD, detail: "members", grain: "day" } as const;
    assert.deepEqual(await told(tallies, id, query), counted(calls, query));
  });
}

Deno.test("a rebuild replaces no hour by one that lacks a call which was counted meanwhile", async () => {
  using core = await testCore();
  const { id } = await someWorkspace(core);
  const random = new SeededRandom(7);
  const make = callMaker(random);
  const at = new Date(START.getTime() - 2 * DAY_MS);
  const calls = Array.from({ length: 30 }, () => make(at));
  await record(core.kv, id, calls);
  const rollups = rollupsOn(core.kv, { now: core.now });
  await rollups.roller.rollAll(id);
  for await (const { key } of core.kv.list({ prefix: prefixes.rollHours(id, "live") })) {
    await core.kv.delete(key);
  }
  let meddlings = 0;

  const report = await rebuildRollups(
    {
      ...core,
      ...rollups,
      leases: new LeaseStore(core.kv, { instanceId: "test", now: core.now }),
      after: async (step) => {
        if (step !== "rows written" || ++meddlings > 3) return;
        const late = make(at);
        calls.push(late);
        await record(core.kv, id, [late]);
        await rollups.roller.rollAll(id);
      },
    },
    AN_ADMIN,
    "engineering",
    { repair: true },
  );

  assert.deepEqual([report.ok, meddlings], [true, 4]);
  const query = { ...PERIOD, from: at, detail: "everything", grain: "whole" } as const;
  const whole = { ...query, to: START };
  assert.deepEqual(await told(rollups.tallies, id, whole), counted(calls, whole));
});

Deno.test("a call that comes when the log is kept longer than some hours of its day counts once", async () => {
  using store = await memoryStore();
  let [time, retentionDays] = [START, 10];
  const { roller, builder, tallies } = rollupsOn(store.kv, {
    now: () => time,
    roller: { retentionDaysOf: () => Promise.resolve(retentionDays) },
  });
  const id = newWorkspaceId();
  const make = callMaker(new SeededRandom(8));
  const day = new Date("2026-11-20");
  const hour = (hours: number) => make(new Date(day.getTime() + hours * 3_600_000));
  const calls = [hour(3)];
  await record(store.kv, id, calls);
  await roller.rollAll(id);
  retentionDays = 300;
  calls.push(hour(5), hour(5));
  await record(store.kv, id, calls.slice(1));
  await roller.rollAll(id);
  await builder.buildDue();
  time = new Date(START.getTime() + 30 * DAY_MS);

  for (let late = 0; late < 3; late++) {
    calls.push(hour(5));
    await record(store.kv, id, calls.slice(-1));
    await roller.rollAll(id);
    await builder.buildDue();
  }

  const to = new Date(day.getTime() + DAY_MS);
  const query = { from: day, to, detail: "everything", grain: "whole" } as const;
  assert.deepEqual(await told(tallies, id, query), counted(calls, query));
});

Deno.test("an hour that never stands still is an error, and no endless read", async () => {
  using store = await memoryStore();
  const { roller } = rollupsOn(store.kv, { now });
  const id = newWorkspaceId();
  const at = new Date(START.getTime() - DAY_MS);
  await record(store.kv, id, [callMaker(new SeededRandom(3))(at)]);
  await roller.rollAll(id);
  let reads = 0;
  const restless = new class extends RollupStore {
    override async heads(...args: Parameters<RollupStore["heads"]>) {
      const heads = await super.heads(...args);
      return heads.map((head) => head && { ...head, versionstamp: `${++reads}` });
    }
  }(store.kv, { now });
  const [placed] = await restless.heads(id, [Math.floor(at.getTime() / 3_600_000) * 3_600_000]);
  assert.ok(placed !== null);

  await assert.rejects(restless.rowsOf(id, placed), { code: "conflict" });
  assert.ok(reads < 200);
});
