import assert from "node:assert/strict";
import { ANALYTICS_ROW, FIGURES } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

const NOTHING = {
  calls: 0,
  errors: 0,
  outcomes: {},
  bytesIn: 0,
  bytesOut: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  lastUsed: null,
};

/** A report as the API answers it. */
function report(changes: Record<string, unknown> = {}) {
  return {
    workspace: "backend",
    by: null,
    server: null,
    member: null,
    tool: null,
    from: "2026-11-16T00:00:00.000Z",
    to: "2026-11-22T10:00:00.001Z",
    timeZone: "UTC",
    total: FIGURES,
    items: [ANALYTICS_ROW],
    nextCursor: null,
    ...changes,
  };
}

async function run(answer: StubAnswers[string], ...args: string[]) {
  await using stub = startStub({ "GET /workspaces/backend/analytics": answer });
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  const result = await aerostack(["analytics", "--workspace", "backend", ...args], { env });
  return { ...result, lines: result.out.split("\n"), seen: stub.seen };
}

Deno.test("analytics prints who called which tool, how often, how long and when last", async () => {
  const items = [ANALYTICS_ROW, { ...ANALYTICS_ROW, user: "陈爱丽", server: null, calls: 7 }];
  const { code, lines } = await run({ body: report({ items }) });

  assert.equal(code, 0);
  assert.deepEqual(lines, [
    "USER        CALLED                  CALLS  ERRORS    P50     P95    P99      IN     OUT  LAST USED",
    "Alice Chen  internal-api__get_user  1,042       1  12 ms  180 ms  2.3 s  104 kB  2.1 MB  2 min ago",
    "陈爱丽      get_user                    7       1  12 ms  180 ms  2.3 s  104 kB  2.1 MB  2 min ago",
    "total                               1,042       1  12 ms  180 ms  2.3 s  104 kB  2.1 MB  2 min ago",
    "",
    "2026-11-16 00:00 to 2026-11-22 10:00 UTC.",
    "",
  ]);
});

Deno.test("analytics hands every option to the API", async () => {
  const { code, seen } = await run(
    { body: report() },
    ...["--server", "internal-api", "--member", "alice@example.com", "--tool", "get_user"],
    ...["--from", "2026-11-16", "--to", "2026-11-22T10:00:00+01:00", "--by", "day"],
    ...["--time-zone", "Europe/Berlin"],
  );

  assert.equal(code, 0);
  const query = new URL(seen[0]?.path ?? "", "http://gateway").searchParams;
  assert.deepEqual(Object.fromEntries(query), {
    by: "day",
    server: "internal-api",
    member: "alice@example.com",
    tool: "get_user",
    from: "2026-11-16",
    to: "2026-11-22T10:00:00+01:00",
    timeZone: "Europe/Berlin",
    limit: "1000",
  });
});

Deno.test("analytics of nothing says what was asked and what comes next", async () => {
  const empty = { body: report({ total: NOTHING, items: [] }) };
  const { code, out } = await run(empty);
  const filtered = await run(empty, "--server", "internal-api");

  assert.equal(code, 0);
  assert.match(out, /^No calls in backend from 2026-11-16 00:00 to 2026-11-22 10:00 UTC\./);
  assert.match(out, /token create backend/);
  assert.match(filtered.out, /No calls of internal-api in backend .*leave a filter out/);
});

Deno.test("analytics --by shows what each row is of", async () => {
  const server = { server: "internal-api", serverId: ANALYTICS_ROW.serverId, ...FIGURES };
  const rows: Record<string, [unknown[], RegExp[]]> = {
    user: [
      [{ user: "Alice Chen", email: "alice@example.com", tokenId: null, tokens: 2, ...FIGURES }],
      [/^USER +EMAIL +CALLS/, /^Alice Chen +alice@example\.com +1,042/],
    ],
    tool: [
      [{ ...server, serverName: "Internal API", method: "prompts/get", tool: "greet" }],
      [/^CALLED +CALLS/, /^internal-api__greet \(prompt\) +1,042/],
    ],
    server: [
      [{ ...server, serverName: "Internal API" }, { ...server, serverName: null }],
      [
        /^SERVER +NAME +CALLS/,
        /^internal-api +Internal API +1,042/,
        /^internal-api +\(removed, srv_\w+\) +1,042/,
      ],
    ],
    day: [
      [{ day: "2026-11-16", start: "", end: "", ...FIGURES }, {
        day: "2026-11-17",
        start: "",
        end: "",
        ...NOTHING,
      }],
      [/^DAY +CALLS/, /^2026-11-16 +1,042/, /^2026-11-17 +0 +0 +- +- +- +0 B +0 B +-/],
    ],
    hour: [
      [{ hour: "2026-11-16T09:00+01:00", start: "", end: "", ...FIGURES }],
      [/^HOUR/, /^2026-11-16T09:00\+01:00 +1,042/],
    ],
    outcome: [
      [{ ...FIGURES, outcome: "tool_error", calls: 521 }, {
        ...FIGURES,
        outcome: "ok",
        calls: 521,
      }],
      [/^OUTCOME +CALLS +SHARE/, /^tool error +521 +50\.0 %$/, /^ok/, /^total +1,042 +100\.0 %$/],
    ],
  };

  for (const [by, [items, expected]] of Object.entries(rows)) {
    const { code, lines } = await run({ body: report({ by, items }) }, "--by", by);
    assert.equal(code, 0, by);
    for (const [index, pattern] of expected.entries()) assert.match(lines[index], pattern);
  }
});

Deno.test("analytics --json prints the report as the API gave it", async () => {
  const { out } = await run({ body: report() }, "--json");

  assert.deepEqual(JSON.parse(out), report());
});

Deno.test("analytics --csv prints the file as the API gave it", async () => {
  const csv = "user,calls\r\nAlice Chen,42\r\n";
  const { code, out, seen } = await run({ text: csv }, "--by", "user", "--csv");

  assert.equal(code, 0);
  assert.equal(seen[0]?.path, "/workspaces/backend/analytics?by=user&format=csv");
  assert.equal(out.trimEnd(), csv.trimEnd());
});

Deno.test("analytics --csv prints nothing that steers a terminal", async () => {
  const { out } = await run({ text: 'tool,calls\r\n"a\u001b[2J\u009b\u202e\r\nb",1\r\n' }, "--csv");

  assert.equal(out.trimEnd(), 'tool,calls\r\n"a [2J  \r\nb",1');
});

Deno.test("analytics ends with 2 where options exclude each other, and asks nothing", async () => {
  const wrong: [string[], RegExp][] = [
    [["--csv", "--json"], /two formats/],
    [["--period", "7d", "--from", "2026-11-16"], /leave one out/],
    [["--to", "2026-11-16"], /--to needs --from/],
    [["--from", "16.11.2026"], /date such as/],
    [["--by", "colour"], /colour/],
  ];

  for (const [args, sentence] of wrong) {
    const { code, err, seen } = await run({ body: report() }, ...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, sentence);
    assert.equal(seen.length, 0);
  }
});

Deno.test("analytics ends with 1 where the API refuses, in CSV too", async () => {
  const error = { code: "not_found", message: 'There is no server "nope"; list the servers.' };
  const refused = { status: 404, body: { error } };

  for (const args of [["--server", "nope"], ["--server", "nope", "--csv"]]) {
    const { code, err } = await run(refused, ...args);
    assert.equal(code, 1);
    assert.match(err, /There is no server "nope"/);
  }
});
