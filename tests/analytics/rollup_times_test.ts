import assert from "node:assert/strict";
import type { TallyQuery } from "../../core/analytics/tally_source.ts";
import type { Call } from "../../core/calls/call.ts";
import { newWorkspaceId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { prefixes } from "../../core/kv/keys.ts";
import { memoryStore } from "../_support/store.ts";
import { someCall } from "../calls/_support.ts";
import { counted, record, rollupsOn, told } from "./_support.ts";

const NOW = new Date("2026-11-22T09:30:00.000Z");
const DAY_MS = 86_400_000;

/** Calls at these times, added up and built on an empty store. */
async function world(times: readonly string[], now = () => NOW) {
  const store = await memoryStore();
  const id = newWorkspaceId();
  const rollups = rollupsOn(store.kv, { now });
  const calls = times.map((at, index) => someCall({ at, tool: `tool_${index % 3}` }));
  await record(store.kv, id, calls);
  await rollups.roller.rollAll(id);
  await rollups.builder.buildDue();

  async function assertEqual(from: string, to: string, all: readonly Call[] = calls) {
    for (const detail of ["everything", "members", "tools", "total"] as const) {
      for (const grain of ["hour", "day", "whole"] as const) {
        const query: TallyQuery = { from: new Date(from), to: new Date(to), detail, grain };
        const expected = counted(all, query);
        assert.deepEqual(await told(rollups.tallies, id, query), expected, `${detail} ${grain}`);
      }
    }
  }
  return { store, id, calls, ...rollups, assertEqual, [Symbol.dispose]: () => store.close() };
}

Deno.test("calls at the very edges of hours and days count on the side that they are on", async () => {
  using it = await world([
    "2026-11-19T23:59:59.999Z",
    "2026-11-20T00:00:00.000Z",
    "2026-11-20T00:59:59.999Z",
    "2026-11-20T01:00:00.000Z",
    "2026-11-20T05:59:59.999Z",
    "2026-11-20T06:00:00.000Z",
    "2026-11-20T23:59:59.999Z",
    "2026-11-21T00:00:00.000Z",
  ]);

  await it.assertEqual("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z");
  await it.assertEqual("2026-11-19T23:59:59.999Z", "2026-11-21T00:00:00.001Z");
  await it.assertEqual("2026-11-20T00:00:00.001Z", "2026-11-20T23:59:59.999Z");
  await it.assertEqual("2026-11-20T00:59:59.999Z", "2026-11-20T01:00:00.000Z");
  await it.assertEqual("2026-11-20T06:00:00.000Z", "2026-11-20T06:00:00.001Z");
});

Deno.test("a period without calls, one of no length and one that ends before it begins are empty", async () => {
  using it = await world(["2026-11-20T12:00:00.000Z"]);

  for (
    const [from, to] of [
      ["2026-11-10T00:00:00.000Z", "2026-11-20T12:00:00.000Z"],
      ["2026-11-20T12:00:00.001Z", "2026-11-22T00:00:00.000Z"],
      ["2026-11-20T12:00:00.000Z", "2026-11-20T12:00:00.000Z"],
      ["2026-11-21T00:00:00.000Z", "2026-11-20T00:00:00.000Z"],
      ["2030-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z"],
    ]
  ) await it.assertEqual(from, to);
  const nobody = newWorkspaceId();
  const query = { from: new Date(0), to: NOW, detail: "total", grain: "whole" } as const;
  assert.deepEqual(await told(it.tallies, nobody, query), {});
});

Deno.test("days are those of UTC where clocks are changed, with 24 hours each", async () => {
  // Europe's and America's changes of 2026; every hour of the four days around.
  for (const day of ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01"]) {
    const start = Date.parse(`${day}T00:00:00.000Z`);
    const times = Array.from(
      { length: 4 * 24 },
      (_, hour) => new Date(start - DAY_MS + hour * 3_600_000 + 1_800_000).toISOString(),
    );
    using it = await world(times);

    await it.assertEqual(`${day}T00:00:00.000Z`, new Date(start + DAY_MS).toISOString());
    await it.assertEqual(times[0], times[95]);
    const built = it.blocks.between(it.id, "day", start - DAY_MS, start + 3 * DAY_MS);
    const days = await Array.fromAsync(built, ({ head }) => head.total.outcomes.ok);
    assert.deepEqual(days, [24, 24, 24, 24]);
  }
});

Deno.test("clocks that jump to 1970, back by a day and far ahead lose and double no call", async () => {
  using it = await world([
    "1970-01-01T00:00:00.000Z",
    "2026-11-22T09:29:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "2026-11-21T09:29:00.000Z",
    "2099-12-31T23:59:59.999Z",
    "2026-11-22T09:29:30.000Z",
    "2026-11-22T09:29:29.000Z",
    "2026-05-01T12:00:00.000Z",
  ]);
  const more = ["2026-11-21T09:29:00.000Z", "1970-01-01T00:00:00.000Z", "2099-12-31T23:00:00.000Z"]
    .map((at) => someCall({ at }));
  await record(it.store.kv, it.id, more);
  await it.assertEqual("1960-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z", [
    ...it.calls,
    ...more,
  ]);

  await it.roller.rollAll(it.id);
  await it.builder.buildDue();

  const all = [...it.calls, ...more];
  await it.assertEqual("1960-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z", all);
  await it.assertEqual("2026-11-21T00:00:00.000Z", "2026-11-22T09:30:00.000Z", all);
  await it.assertEqual("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z", all);
});

Deno.test("a call that comes late for a day has the day built anew", async () => {
  using it = await world(["2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00.000Z"]);
  const day = Date.parse("2026-11-20T00:00:00.000Z");
  const block = { workspaceId: it.id, level: "day", startMs: day } as const;
  assert.ok(await it.blocks.find(block) !== null);

  const late = someCall({ at: "2026-11-20T12:30:00.000Z" });
  await record(it.store.kv, it.id, [late]);
  await it.roller.rollAll(it.id);
  assert.equal(await it.blocks.find(block), null);
  await it.assertEqual("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z", [
    ...it.calls,
    late,
  ]);
  await it.builder.buildDue();

  assert.equal((await it.blocks.find(block))?.head.total.outcomes.ok, 3);
  await it.assertEqual("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z", [
    ...it.calls,
    late,
  ]);
  const pieces = prefixes.rollPieces(it.id, "day", "2026-11-20T00:00:00.000Z");
  const generations = await Array.fromAsync(
    it.store.kv.list({ prefix: pieces }),
    ({ key }) => key[4],
  );
  assert.equal(new Set(generations).size, 1);
});

Deno.test("days outlive their hours, and what comes for them even then is kept beside them", async () => {
  let now = NOW;
  using it = await world(
    ["2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00.000Z"],
    () => now,
  );
  now = new Date(NOW.getTime() + 120 * DAY_MS);
  const all = [...it.calls];

  for (
    const at of ["2026-11-20T12:30:00.000Z", "2026-11-20T12:40:00.000Z", "2026-11-20T20:00:00.000Z"]
  ) {
    const late = someCall({ at });
    all.push(late);
    await record(it.store.kv, it.id, [late]);
    await it.roller.rollAll(it.id);
    await it.builder.buildDue();
  }

  const { from, to } = { from: new Date("2026-11-20"), to: new Date("2026-11-21") };
  for (const detail of ["everything", "members", "tools", "total"] as const) {
    for (const grain of ["day", "whole"] as const) {
      const query: TallyQuery = { from, to, detail, grain };
      assert.deepEqual(await told(it.tallies, it.id, query), counted(all, query));
    }
  }
  let calls = 0;
  const byHour: TallyQuery = { from, to, detail: "total", grain: "hour" };
  for await (const { outcomes } of it.tallies.tallies(it.id, byHour)) calls += outcomes.ok;
  assert.equal(calls, 5);
});

Deno.test("what a store has not swept yet counts for nothing once its date is past", async () => {
  let now = NOW;
  using it = await world(["2026-11-20T12:00:00.000Z"], () => now);
  const query: TallyQuery = {
    from: new Date("2026-11-20"),
    to: new Date("2026-11-21"),
    detail: "total",
    grain: "whole",
  };
  const hour = keys.rollHour(it.id, "live", "2026-11-20T12:00:00.000Z");

  now = new Date(NOW.getTime() + 500 * DAY_MS);

  assert.ok((await it.store.kv.get(hour)).versionstamp !== null);
  assert.deepEqual(await told(it.tallies, it.id, query), {});
});
