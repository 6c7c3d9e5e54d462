import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import type { ReportRow } from "../../core/analytics/report.ts";
import type { Call } from "../../core/calls/call.ts";
import { newTokenId } from "../../core/ids.ts";
import { adminApi } from "../_support/admin_api.ts";
import { someWorkspace } from "../_support/core.ts";
import { someCall } from "../calls/_support.ts";

const PATH = "/workspaces/engineering/analytics";

/** The API, and a workspace with these calls of just now. */
async function apiWithCalls(calls: readonly Partial<Call>[]) {
  const api = await adminApi();
  const workspace = await someWorkspace(api.core);
  const at = api.core.now().toISOString();
  for (const call of calls) await api.services.callLog.record(workspace, someCall({ at, ...call }));
  return api;
}

Deno.test("a report comes in pages, each with the sum of all", async () => {
  await using api = await apiWithCalls(["a", "b", "c", "d", "e"].map((tool) => ({ tool })));

  const tools: string[] = [];
  let cursor = "";
  do {
    const { status, body } = await api.send("GET", `${PATH}?by=tool&limit=2${cursor}`);
    assert.equal(status, 200);
    assert.deepEqual([body.by, body.total.calls], ["tool", 5]);
    tools.push(...body.items.map(({ tool }: ReportRow) => tool));
    cursor = body.nextCursor === null ? "" : `&cursor=${body.nextCursor}`;
  } while (cursor !== "");

  assert.deepEqual(tools.sort(), ["a", "b", "c", "d", "e"]);
});

Deno.test("a call is in a report as soon as it is on the record", async () => {
  await using api = await apiWithCalls([]);
  const workspace = await api.services.workspaces.findBySlug("engineering");
  assert.ok(workspace !== null);

  for (let calls = 1; calls <= 5; calls++) {
    const at = api.core.now().toISOString();
    await api.services.callLog.record(workspace, someCall({ at }));
    const { body } = await api.send("GET", `${PATH}?by=outcome`);
    assert.equal(body.items[0].calls, calls);
  }
});

Deno.test("a CSV of a report says the same as its JSON, to a parser of CSV", async () => {
  const nasty = [
    '=HYPERLINK("https://example.com")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    'with "quotes", commas\r\nand lines',
    "ß 陈 🙂",
  ];
  await using api = await apiWithCalls(
    nasty.map((tool) => ({ tool, person: tool, tokenId: newTokenId() })),
  );

  const { body } = await api.send("GET", `${PATH}?limit=1000`);
  const byParam = await api.send("GET", `${PATH}?format=csv`);
  const byHeader = await api.send("GET", PATH, undefined, { accept: "text/csv" });
  const { text } = byParam;

  assert.match(byParam.headers.get("content-type") ?? "", /^text\/csv; charset=utf-8/);
  assert.equal(byHeader.text, text);
  const rows: Record<string, string>[] = parse(text, { columns: true });
  assert.equal(rows.length, nasty.length);
  for (const [index, row] of rows.entries()) {
    const expected: ReportRow = body.items[index];
    // What a spreadsheet would compute has a mark before it.
    const isMarked = /^\s*[=+\-@]/.test(expected.tool ?? "");
    const mark = isMarked ? "'" : "";
    assert.deepEqual(
      [row.user, row.tool, row.calls, row.ok, row.p50Ms, row.lastUsed, row.email],
      [
        mark + expected.user,
        mark + expected.tool,
        "1",
        "1",
        String(expected.p50Ms),
        expected.lastUsed,
        "",
      ],
    );
    assert.doesNotMatch(row.tool, /^\s*[=+\-@]/);
  }
});

Deno.test("a CSV has the columns of what its rows are by", async () => {
  await using api = await apiWithCalls([{}]);
  const first: Record<string, string> = {
    "": "user,email,tokenId,server,serverId,serverName,method,tool,calls,errors,ok,",
    user: "user,email,tokenId,tokens,calls,",
    tool: "server,serverId,serverName,method,tool,calls,",
    server: "server,serverId,serverName,calls,",
    day: "day,start,end,calls,",
    hour: "hour,start,end,calls,",
    outcome: "outcome,calls,errors,ok,tool_error,",
  };

  for (const [by, columns] of Object.entries(first)) {
    const query = by === "" ? "" : `&by=${by}`;
    const { text } = await api.send("GET", `${PATH}?format=csv${query}`);
    assert.ok(text.startsWith(columns), `${by}: ${text.slice(0, 90)}`);
    assert.match(text, /,bytesIn,bytesOut,p50Ms,p95Ms,p99Ms,lastUsed\r\n/);
  }
});

Deno.test("what is wrong with a question is refused with its field", async () => {
  await using api = await apiWithCalls([{}]);
  const wrong: Record<string, string> = {
    "by=colour": "by",
    "by=": "by",
    "server=": "server",
    "member=": "member",
    "tool=": "tool",
    "period=soon": "period",
    "period=400d": "period",
    "from=yesterday": "from",
    "from=2999-01-01": "from",
    "from=2001-01-01": "from",
    "to=2026-11-22": "from",
    "from=2026-11-21&to=2026-11-20": "to",
    "from=2026-11-21&to=2999-01-01": "to",
    "from=2026-11-21&period=7d": "period",
    "timeZone=Mars/Olympus": "timeZone",
    "format=xml": "format",
    "limit=0": "limit",
    "limit=1001": "limit",
    "cursor=x": "cursor",
  };

  for (const [query, field] of Object.entries(wrong)) {
    const { status, body } = await api.send("GET", `${PATH}?${query}`);
    assert.deepEqual(
      [status, body.error?.code, body.error?.field],
      [400, "invalid_input", field],
      query,
    );
    const csv = await api.send("GET", `${PATH}?format=csv&${query}`);
    if (field !== "format" && field !== "cursor") assert.equal(csv.status, 400, query);
  }
});

Deno.test("what nobody knows is 404, in CSV too", async () => {
  await using api = await apiWithCalls([{}]);

  for (const query of ["server=nope", "member=nobody", "tool=nope"]) {
    const json = await api.send("GET", `${PATH}?${query}`);
    const csv = await api.send("GET", `${PATH}?format=csv&${query}`);
    assert.deepEqual([json.status, csv.status], [404, 404], query);
    assert.equal(json.body.error.code, "not_found");
  }
});
