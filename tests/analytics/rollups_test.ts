import assert from "node:assert/strict";
import { BLOCK_LIMITS } from "../../core/analytics/block_sums.ts";
import type { TallyQuery } from "../../core/analytics/tally_source.ts";
import type { Call } from "../../core/calls/call.ts";
import { newWorkspaceId } from "../../core/ids.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { memoryStore } from "../_support/store.ts";
import { tempStore } from "../_support/temp_store.ts";
import { callMaker, counted, record, rollupsOn, timesAround, told } from "./_support.ts";

const NOW = new Date("2026-11-22T09:30:00.000Z");
const HOUR_MS = 3_600_000;
/** How many calls are made while rollers race. */
const MOST_CALLS = 400;
const ALL_TIME = {
  from: new Date(NOW.getTime() - 100 * HOUR_MS),
  to: new Date(NOW.getTime() + 100 * HOUR_MS),
};
const DETAILS = ["total", "members", "tools", "everything"] as const;
const GRAINS = ["hour", "day", "whole"] as const;

function randomQuery(random: SeededRandom, time: () => Date): TallyQuery {
  const [a, b] = [time(), time()].sort((x, y) => x.getTime() - y.getTime());
  return { from: a, to: b, detail: random.pick(DETAILS), grain: random.pick(GRAINS) };
}

for (let seed = 1; seed <= 12; seed++) {
  Deno.test(`whatever is called, rolled and built in between, reports equal a recount (seed ${seed})`, async () => {
    using store = await memoryStore();
    const random = new SeededRandom(seed);
    let now = NOW;
    const limits = { memberTools: 1_000, hourRows: 10_000, segmentBytes: 1_500 };
    const { roller, builder, tallies } = rollupsOn(store.kv, {
      now: () => now,
      roller: { limits },
      builder: { limits: { ...BLOCK_LIMITS, fewRows: 0 } },
    });
    const workspaceId = newWorkspaceId();
    const make = callMaker(random);
    const time = timesAround(random, NOW, 50);
    const calls: Call[] = [];

    for (let round = 0; round < 12; round++) {
      const group = Array.from({ length: random.whole(1, 40) }, () => make(time()));
      await record(store.kv, workspaceId, group);
      calls.push(...group);
      if (random.next() < 0.7) await roller.rollAll(workspaceId);
      if (random.next() < 0.5) await builder.buildDue();
      if (random.next() < 0.3) now = new Date(now.getTime() + random.whole(-30, 30) * HOUR_MS);

      for (let asked = 0; asked < 5; asked++) {
        const query = randomQuery(random, time);
        assert.deepEqual(await told(tallies, workspaceId, query), counted(calls, query));
      }
    }
  });
}

Deno.test("however many rollers, builders and reports race on one file, each call counts once", async () => {
  using temp = await tempStore();
  const second = await Deno.openKv(temp.path);
  const random = new SeededRandom(3);
  const workspaceId = newWorkspaceId();
  const make = callMaker(random);
  const time = timesAround(random, NOW, 30);
  const calls: Call[] = [];
  const all = [temp.store.kv, second, temp.store.kv, second]
    .map((kv) => rollupsOn(kv, { now: () => NOW }));
  const query: TallyQuery = { ...ALL_TIME, detail: "everything", grain: "day" };
  let isWriting = true;

  const racers = all.map(async ({ roller, builder, tallies }) => {
    while (isWriting) {
      const before = calls.length;
      const said = await told(tallies, workspaceId, { ...query, detail: "total", grain: "whole" });
      const { outcomes = {} } = Object(Object.values(said)[0]);
      const count = Object.values<number>(outcomes).reduce((sum, each) => sum + each, 0);
      assert.ok(count >= before && count <= MOST_CALLS, `${count} of ${before}`);
      await roller.roll(workspaceId);
      await builder.buildDue();
    }
  });
  while (calls.length < MOST_CALLS) {
    const group = Array.from({ length: 10 }, () => make(time()));
    await record(temp.store.kv, workspaceId, group);
    calls.push(...group);
  }
  isWriting = false;
  await Promise.all(racers);

  for (const { roller, rollups, tallies } of all) {
    await roller.rollAll(workspaceId);
    assert.equal((await rollups.mark(workspaceId)).counted, calls.length);
    assert.deepEqual(await told(tallies, workspaceId, query), counted(calls, query));
  }
  second.close();
});
