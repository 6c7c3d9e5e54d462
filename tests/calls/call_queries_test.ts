import assert from "node:assert/strict";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallQueries, MANY_IN_A_ROW } from "../../core/calls/call_queries.ts";
import { exportCalls } from "../../core/calls/export_calls.ts";
import type { Call } from "../../core/calls/call.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { kept, REMOVED, someCall, workspaceIds } from "./_support.ts";

const NOON = new Date("2026-11-22T12:00:00.000Z");
const LAST_HOUR = { from: minutesBefore(60), to: NOON };

Deno.test("CallQueries.list() gives only calls that arrived in the period, its end excluded", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace, foreign] = workspaceIds(2);
  await record(kv, workspace, [
    { tool: "too early", at: "2026-11-22T10:59:59.999Z" },
    { tool: "first", at: at(60) },
    { tool: "last", at: "2026-11-22T11:59:59.999Z" },
    { tool: "too late", at: at(0) },
  ]);
  await record(kv, foreign, [{ tool: "foreign", at: at(5) }]);

  assert.deepEqual(await toolsBetween(kv, workspace, LAST_HOUR), ["last", "first"]);
});

Deno.test("CallQueries.list() finds what lies behind a call that took an hour", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  await record(kv, workspace, [{ tool: "short", at: at(20) }]);
  await record(kv, workspace, [{ tool: "long", at: at(70), durationMs: 60 * 60 * 1000 }]);

  const half = { from: minutesBefore(30), to: NOON };
  assert.deepEqual(await toolsBetween(kv, workspace, half), ["short"]);
});

Deno.test("CallQueries.list() finds what lies behind a clock that is minutes late", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  await record(kv, workspace, [{ tool: "wanted", at: at(59) }]);
  await record(kv, workspace, [{ tool: "late clock", at: at(63) }]);

  assert.deepEqual(await toolsBetween(kv, workspace, LAST_HOUR), ["wanted"]);
});

Deno.test("CallQueries.list() stops reading where the log is older than the period", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  await record(kv, workspace, [{ tool: "out of place", at: at(10) }]);
  await recordEach(kv, workspace, Array(MANY_IN_A_ROW).fill({ tool: "old", at: at(6_000) }));
  await record(kv, workspace, [{ tool: "new", at: at(5) }]);

  assert.deepEqual(await toolsBetween(kv, workspace, LAST_HOUR), ["new"]);
});

Deno.test("clocks that jump to 1970, back by a day and far ahead hide no call", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const wrong = ["1970-01-01T00:00:00.000Z", at(24 * 60), "2035-01-01T00:00:00.000Z"];
  await recordEach(kv, workspace, [
    { tool: "a", at: at(50) },
    ...Array.from({ length: 60 }, (_, turn) => ({ tool: "wrong", at: wrong[turn % 3] })),
    { tool: "b", at: at(40) },
    // One that was right, in the time of another that was ahead for so long.
    ...Array(MANY_IN_A_ROW).fill({ tool: "behind", at: at(60 * 20) }),
    { tool: "c", at: at(30) },
    ...Array(20).fill({ tool: "ahead", at: at(-60 * 24 * 3) }),
    { tool: "d", at: at(20) },
    { tool: "too late", at: at(5) },
  ]);
  const queries = new CallQueries(kv, () => NOON);
  const filter = { from: minutesBefore(60), to: minutesBefore(10) };

  const { items } = await queries.list(kept(workspace), { limit: 10, cursor: null }, filter);
  const lines = await Array.fromAsync(
    exportCalls({ calls: queries, workspaces: REMOVED, now: () => NOON }, {
      workspace: { ...kept(workspace), slug: "backend" },
      format: "jsonl",
      filter,
    }),
  );

  const tools = ["a", "b", "c", "d"];
  assert.deepEqual(items.map(({ tool }) => tool), tools.toReversed());
  const exported = lines.join("").trimEnd().split("\n").map((line) => JSON.parse(line).tool);
  assert.deepEqual(exported, [...tools, undefined]);
  const between = await toolsBetween(kv, workspace, { from: filter.from, to: filter.to });
  assert.deepEqual(between, tools.toReversed());
});

Deno.test("CallQueries.list() gives every call once, newest first, page by page", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  for (let group = 0; group < 5; group++) {
    await record(
      kv,
      workspace,
      Array.from({ length: 7 }, (_, index) => ({ tool: `${group * 7 + index}` })),
    );
  }
  const queries = new CallQueries(kv, () => NOON);

  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Call[]; nextCursor: string | null } = await queries.list(kept(workspace), {
      limit: 4,
      cursor,
    });
    pages.push(page.items.map((call) => call.tool));
    cursor = page.nextCursor;
  } while (cursor !== null);

  assert.deepEqual(pages.flat(), Array.from({ length: 35 }, (_, index) => `${34 - index}`));
  assert.deepEqual(pages.map((page) => page.length), [4, 4, 4, 4, 4, 4, 4, 4, 3]);
});

Deno.test("CallQueries.list() ends without a cursor when the last page is full, and for no calls", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace, empty] = workspaceIds(2);
  await record(kv, workspace, [{}, {}]);
  const queries = new CallQueries(kv, () => NOON);

  assert.equal((await queries.list(kept(workspace), { limit: 2, cursor: null })).nextCursor, null);
  assert.deepEqual(await queries.list(kept(empty), { limit: 2, cursor: null }), {
    items: [],
    nextCursor: null,
  });
});

Deno.test("CallQueries.list() refuses a cursor that no list gave", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const queries = new CallQueries(kv, () => NOON);

  for (const cursor of ["", "x", "0000000000000001-0", "00000000000000010000", "-1"]) {
    await assert.rejects(queries.list(kept(workspace), { limit: 2, cursor }), {
      code: "invalid_input",
      field: "cursor",
    });
  }
});

async function record(kv: Deno.Kv, workspace: WorkspaceId, calls: Partial<Call>[]): Promise<void> {
  const log = new CallLog(kv);
  await Promise.all(calls.map((changes) => log.record(kept(workspace), someCall(changes))));
  await log.close();
}

/** The same with a pack of its own for each call. */
async function recordEach(kv: Deno.Kv, workspace: WorkspaceId, calls: Partial<Call>[]) {
  const log = new CallLog(kv);
  for (const changes of calls) await log.record(kept(workspace), someCall(changes));
  await log.close();
}

function minutesBefore(minutes: number): Date {
  return new Date(NOON.getTime() - minutes * 60 * 1000);
}

function at(minutes: number): string {
  return minutesBefore(minutes).toISOString();
}

async function toolsBetween(
  kv: Deno.Kv,
  workspace: WorkspaceId,
  { from, to }: { from: Date; to: Date },
): Promise<string[]> {
  const queries = new CallQueries(kv, () => NOON);
  const page = { limit: 10, cursor: null };
  const { items } = await queries.list(kept(workspace), page, { from, to });
  return items.map(({ tool }) => tool);
}
