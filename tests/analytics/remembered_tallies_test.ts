import assert from "node:assert/strict";
import { RememberedTallies } from "../../core/analytics/remembered_tallies.ts";
import type { Detail, TallyQuery, TallySource } from "../../core/analytics/tally_source.ts";
import { callsIn } from "../../core/analytics/tally.ts";
import { CallBellStore } from "../../core/calls/call_bell_store.ts";
import type { Call } from "../../core/calls/call.ts";
import { CallFeed } from "../../core/calls/call_feed.ts";
import { newTokenId, type WorkspaceId } from "../../core/ids.ts";
import { SeededRandom } from "../_support/seeded_random.ts";
import { memoryStore } from "../_support/store.ts";
import { someCall, workspaceIds } from "../calls/_support.ts";
import { LogTallies } from "./_log_tallies.ts";
import { record, rememberedOn, rollupsOn } from "./_support.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.parse("2026-11-22T09:30:00.000Z");
const DETAILS: readonly Detail[] = ["everything", "members", "tools", "total"];

/** A store with a clock, and what remembers on it. */
async function world() {
  const store = await memoryStore();
  let nowMs = BEGIN;
  const now = () => new Date(nowMs);
  return {
    kv: store.kv,
    now,
    advance: (ms: number) => void (nowMs += ms),
    remembered: rememberedOn(store.kv, { now }),
    log: new LogTallies(new CallFeed(store.kv)),
    [Symbol.dispose]: () => store.close(),
  };
}

/** The last days, up to now. */
function lastDays(now: Date, days: number, more: Partial<TallyQuery> = {}): TallyQuery {
  const from = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (days - 1) * DAY_MS);
  const to = new Date(now.getTime() + 1);
  return { from, to, detail: "total", grain: "whole", ...more };
}

/** Calls, errors, bytes and buckets of all tallies together. */
async function sumOf(source: TallySource, ids: readonly WorkspaceId[], query: TallyQuery) {
  const sum = { calls: 0, errors: 0, bytes: 0, times: 0 };
  for (const id of ids) {
    for await (const tally of source.tallies(id, query)) {
      const { calls, errors } = callsIn(tally);
      sum.calls += calls;
      sum.errors += errors;
      sum.bytes += tally.bytesIn + tally.bytesOut;
      sum.times += tally.latency.count;
    }
  }
  return sum;
}

/** What is remembered of several workspaces, added up in the same way. */
function together(remembered: RememberedTallies, ids: readonly WorkspaceId[]): TallySource {
  return {
    async *tallies(id, query) {
      if (id === ids[0]) yield* (await remembered.together(ids, query)).tallies;
    },
  };
}

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`whatever is recorded and rolled in between, what is remembered equals the log (seed ${seed})`, async () => {
    using at = await world();
    const { kv, now, remembered, log } = at;
    const { roller, builder } = rollupsOn(kv, { now });
    const random = new SeededRandom(seed);
    const ids = workspaceIds(3);
    const tokens = Array.from({ length: 3 }, newTokenId);

    for (let round = 0; round < 30; round++) {
      const calls: Partial<Call>[] = Array.from({ length: random.whole(0, 6) }, () => ({
        tokenId: random.pick(tokens),
        tool: `tool_${random.whole(1, 4)}`,
        outcome: random.pick(["ok", "tool_error"] as const),
        // Late ones, and some of a clock that is ahead.
        at: new Date(now().getTime() - random.whole(-20_000, 3 * DAY_MS)).toISOString(),
      }));
      await record(kv, random.pick(ids), calls.map(someCall));
      if (random.whole(0, 3) === 0) { for (const id of ids) await roller.rollAll(id); }
      if (random.whole(0, 5) === 0) await builder.buildDue();
      at.advance(random.whole(1, 2 * HOUR_MS));

      const detail = random.pick(DETAILS);
      const grain = random.pick(["whole", "day", "hour"] as const);
      const query = lastDays(now(), random.whole(1, 3), { detail, grain });
      const truth = await sumOf(log, ids, query);
      assert.deepEqual(await sumOf(remembered, ids, query), truth);
      assert.deepEqual(await sumOf(together(remembered, ids), ids, query), truth);
    }
  });
}

Deno.test("a period that is over counts the calls that come in late for it, and no others", async () => {
  using at = await world();
  const [id] = workspaceIds(1);
  const query = lastDays(new Date(BEGIN - 3 * DAY_MS), 2);
  const callsOf = async () => (await sumOf(at.remembered, [id], query)).calls;
  const some = (days: number) => someCall({ at: new Date(BEGIN - days * DAY_MS).toISOString() });

  await record(at.kv, id, [some(3)]);
  const first = await callsOf();
  await record(at.kv, id, [some(4), some(1)]);

  assert.deepEqual([first, await callsOf()], [1, 2]);
});

Deno.test("a call of a clock that is ahead counts once its time has come", async () => {
  using at = await world();
  const [id] = workspaceIds(1);
  const callsOf = async () => (await sumOf(at.remembered, [id], lastDays(at.now(), 1))).calls;
  const counts = [await callsOf()];

  await record(at.kv, id, [someCall({ at: new Date(BEGIN + 5_000).toISOString() })]);
  counts.push(await callsOf());
  at.advance(6_000);
  counts.push(await callsOf());

  assert.deepEqual(counts, [0, 0, 1]);
});

Deno.test("what an older question asks for holds nothing that came after it", async () => {
  using at = await world();
  const [id] = workspaceIds(1);
  const older = lastDays(at.now(), 1);
  at.advance(500);
  await record(at.kv, id, [someCall({ at: at.now().toISOString() })]);

  const newer = await sumOf(at.remembered, [id], lastDays(at.now(), 1));
  const before = await sumOf(at.remembered, [id], older);

  assert.deepEqual([newer.calls, before.calls], [1, 0]);
});

Deno.test("an hour that is put right is right in what is remembered", async () => {
  using at = await world();
  const [id] = workspaceIds(1);
  const { rollups, roller } = rollupsOn(at.kv, { now: at.now });
  const hourMs = Math.floor(BEGIN / HOUR_MS) * HOUR_MS - HOUR_MS;
  await record(at.kv, id, [someCall({ at: new Date(hourMs + 1).toISOString() })]);
  await roller.rollAll(id);
  const query = lastDays(at.now(), 1);
  const before = await sumOf(at.remembered, [id], query);

  const mark = await rollups.mark(id);
  const recounted = await rollups.mark(id);
  assert.ok(await rollups.replace(id, mark, hourMs, { head: null, recounted }));

  assert.deepEqual([before.calls, (await sumOf(at.remembered, [id], query)).calls], [1, 0]);
});

Deno.test("while nothing is recorded, nothing is read of the log and the sums", async () => {
  using at = await world();
  const [id] = workspaceIds(1);
  await record(at.kv, id, [someCall({ at: new Date(BEGIN - HOUR_MS).toISOString() })]);
  const parts = rollupsOn(at.kv, { now: at.now });
  let reads = 0;
  const remembered = new RememberedTallies({
    ...parts,
    tallies: { read: (...args) => (reads++, parts.tallies.read(...args)) },
    packs: { after: (...args) => (reads++, parts.packs.after(...args)) },
    bells: new CallBellStore(at.kv),
    now: at.now,
  });

  for (let time = 0; time < 3; time++) {
    assert.equal((await sumOf(remembered, [id], lastDays(at.now(), 7))).calls, 1);
  }

  assert.equal(reads, 1);
});
