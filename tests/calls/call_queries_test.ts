import assert from "node:assert/strict";
import { type AnalyticsRow, CallCounter, OTHER_TOOLS } from "../../core/calls/analytics_row.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallQueries } from "../../core/calls/call_queries.ts";
import type { Call } from "../../core/calls/call.ts";
import { newTokenId, type WorkspaceId } from "../../core/ids.ts";
import { someCall, workspaceIds } from "./_support.ts";

const NOON = new Date("2026-11-22T12:00:00.000Z");
const LAST_HOUR = { from: minutesBefore(60), to: NOON };

Deno.test("CallQueries.analytics() counts calls and errors per token, server and tool, last used first", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const [alice, bob] = [newTokenId(), newTokenId()];
  await record(kv, workspace, [
    { tokenId: alice, person: "Alice Chen", tool: "search", at: at(50) },
    { tokenId: alice, person: "Alice Chen", tool: "search", at: at(40), outcome: "tool_error" },
    { tokenId: bob, person: "Bob", email: "bob@example.com", tool: "search", at: at(30) },
    { tokenId: alice, person: "Alice Chen", tool: "write", at: at(20), outcome: "refused" },
    { tokenId: alice, person: "Alice Chen", tool: "search", at: at(10) },
    { tokenId: alice, person: "Alice Chen", tool: "search", at: at(45), server: "other" },
  ]);

  const rows = await new CallQueries(kv).analytics(workspace, LAST_HOUR);

  assert.deepEqual(rows.map(brief), [
    ["Alice Chen", "internal-api", "search", 3, 1, at(10)],
    ["Alice Chen", "internal-api", "write", 1, 1, at(20)],
    ["Bob", "internal-api", "search", 1, 0, at(30)],
    ["Alice Chen", "other", "search", 1, 0, at(45)],
  ]);
  assert.deepEqual(rows.map((row) => row.email), [null, null, "bob@example.com", null]);
  assert.equal(rows[2].tokenId, bob);
});

Deno.test("CallQueries.analytics() counts every outcome but ok as an error", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const tokenId = newTokenId();
  const outcomes = [
    "ok",
    "tool_error",
    "protocol_error",
    "upstream_failure",
    "refused",
    "cancelled",
  ] as const;
  await record(kv, workspace, outcomes.map((outcome) => ({ tokenId, outcome, at: at(1) })));

  const [row] = await new CallQueries(kv).analytics(workspace, LAST_HOUR);

  assert.equal(row.calls, 6);
  assert.equal(row.errors, 5);
});

Deno.test("CallQueries.analytics() counts only calls that arrived in the period, its ends included", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const tokenId = newTokenId();
  await record(kv, workspace, [
    { tokenId, tool: "too early", at: "2026-11-22T10:59:59.999Z" },
    { tokenId, tool: "first", at: at(60) },
    { tokenId, tool: "last", at: at(0) },
    { tokenId, tool: "too late", at: "2026-11-22T12:00:00.001Z" },
  ]);

  const rows = await new CallQueries(kv).analytics(workspace, LAST_HOUR);

  assert.deepEqual(rows.map((row) => row.tool), ["last", "first"]);
});

Deno.test("CallQueries.analytics() counts only one server when it is named, and only one workspace", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace, foreign] = workspaceIds(2);
  await record(kv, workspace, [
    { server: "wanted", at: at(3) },
    { server: "other", at: at(2) },
    { server: null, at: at(1) },
  ]);
  await record(kv, foreign, [{ server: "wanted", at: at(1) }]);

  const rows = await new CallQueries(kv).analytics(workspace, { ...LAST_HOUR, server: "wanted" });

  assert.deepEqual(rows.map((row) => [row.server, row.calls]), [["wanted", 1]]);
});

Deno.test("CallQueries.analytics() finds what lies behind a call that took an hour", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  await record(kv, workspace, [{ tool: "short", at: at(20) }]);
  await record(kv, workspace, [{ tool: "long", at: at(70), durationMs: 60 * 60 * 1000 }]);

  const rows = await new CallQueries(kv).analytics(workspace, {
    from: minutesBefore(30),
    to: NOON,
  });

  assert.deepEqual(rows.map((row) => row.tool), ["short"]);
});

Deno.test("CallQueries.analytics() finds what lies behind a clock that is minutes late", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  await record(kv, workspace, [{ tool: "wanted", at: at(59) }]);
  await record(kv, workspace, [{ tool: "late clock", at: at(63) }]);

  const rows = await new CallQueries(kv).analytics(workspace, LAST_HOUR);

  assert.deepEqual(rows.map((row) => row.tool), ["wanted"]);
});

Deno.test("CallQueries.analytics() stops reading where the log is older than the period", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  await record(kv, workspace, [{ tool: "out of place", at: at(10) }]);
  await record(kv, workspace, [{ tool: "old", at: at(600) }]);
  await record(kv, workspace, [{ tool: "new", at: at(5) }]);

  const rows = await new CallQueries(kv).analytics(workspace, LAST_HOUR);

  assert.deepEqual(rows.map((row) => row.tool), ["new"]);
});

Deno.test("CallQueries.analytics() calls a person what the last record says", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const tokenId = newTokenId();
  await record(kv, workspace, [
    { tokenId, person: "A. Chen", at: at(9) },
    { tokenId, person: "Alice Chen", at: at(8) },
  ]);

  const rows = await new CallQueries(kv).analytics(workspace, LAST_HOUR);

  assert.deepEqual(rows.map((row) => [row.user, row.calls]), [["Alice Chen", 2]]);
});

Deno.test("CallCounter.add() puts the tools beyond its bound into one row and loses no call", () => {
  const counter = new CallCounter({ maxRows: 3 });
  const tokenId = newTokenId();

  for (let index = 0; index < 50; index++) counter.add(someCall({ tokenId, tool: `t${index}` }));
  counter.add(someCall({ tokenId, tool: "t1" }));

  const rows = counter.rows();
  assert.equal(rows.length, 4);
  assert.equal(rows.reduce((sum, row) => sum + row.calls, 0), 51);
  assert.equal(rows.find((row) => row.tool === OTHER_TOOLS)?.calls, 47);
  assert.equal(rows.find((row) => row.tool === "t1")?.calls, 2);
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
  const queries = new CallQueries(kv);

  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Call[]; nextCursor: string | null } = await queries.list(workspace, {
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
  const queries = new CallQueries(kv);

  assert.equal((await queries.list(workspace, { limit: 2, cursor: null })).nextCursor, null);
  assert.deepEqual(await queries.list(empty, { limit: 2, cursor: null }), {
    items: [],
    nextCursor: null,
  });
});

Deno.test("CallQueries.list() refuses a cursor that no list gave", async () => {
  using kv = await Deno.openKv(":memory:");
  const [workspace] = workspaceIds(1);
  const queries = new CallQueries(kv);

  for (const cursor of ["", "x", "0000000000000001-0", "00000000000000010000", "-1"]) {
    await assert.rejects(queries.list(workspace, { limit: 2, cursor }), {
      code: "invalid_input",
      field: "cursor",
    });
  }
});

async function record(kv: Deno.Kv, workspace: WorkspaceId, calls: Partial<Call>[]): Promise<void> {
  const log = new CallLog(kv, { retentionDays: 90 });
  await Promise.all(calls.map((changes) => log.record(workspace, someCall(changes))));
  await log.close();
}

function minutesBefore(minutes: number): Date {
  return new Date(NOON.getTime() - minutes * 60 * 1000);
}

function at(minutes: number): string {
  return minutesBefore(minutes).toISOString();
}

function brief({ user, server, tool, calls, errors, lastUsed }: AnalyticsRow) {
  return [user, server, tool, calls, errors, lastUsed];
}
