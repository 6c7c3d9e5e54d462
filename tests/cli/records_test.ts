import assert from "node:assert/strict";
import { ANALYTICS_ROW, CALL, listOf } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

/** A report as the API answers it. */
function report(...items: unknown[]) {
  const [from, to] = ["2026-11-15T10:00:00.000Z", "2026-11-22T10:00:00.000Z"];
  return { workspace: "backend", server: null, from, to, ...listOf(...items) };
}

function analytics(...items: unknown[]): StubAnswers {
  return { "GET /workspaces/backend/analytics": { body: report(...items) } };
}

Deno.test("analytics prints who called which tool, how often and when last", async () => {
  const { code, out, seen } = await run(
    analytics(ANALYTICS_ROW, { ...ANALYTICS_ROW, user: "陈爱丽", server: null, calls: 7 }),
    ...["analytics", "--workspace", "backend", "--server", "internal-api", "--period", "24h"],
  );

  assert.equal(code, 0);
  assert.equal(seen[0]?.path, "/workspaces/backend/analytics?period=24h&server=internal-api");
  assert.deepEqual(out.split("\n"), [
    "USER        CALLED                  CALLS  LAST USED",
    "Alice Chen  internal-api__get_user     42  2 min ago",
    "陈爱丽      get_user                    7  2 min ago",
    "",
  ]);
});

Deno.test("analytics looks seven days back unless told otherwise", async () => {
  const { seen } = await run(analytics(ANALYTICS_ROW), "analytics", "--workspace", "backend");

  assert.equal(seen[0]?.path, "/workspaces/backend/analytics?period=7d");
});

Deno.test("analytics of nothing says what comes next", async () => {
  const { code, out } = await run(analytics(), "analytics", "--workspace", "backend");

  assert.equal(code, 0);
  assert.match(out, /No calls in backend in the last 7d\..*\n.*token create backend/);
});

Deno.test("analytics --json prints the rows as the API gave them", async () => {
  const answers = analytics(ANALYTICS_ROW);
  const { out } = await run(answers, "analytics", "--workspace", "backend", "--json");

  assert.deepEqual(JSON.parse(out), report(ANALYTICS_ROW));
});

Deno.test("calls list prints the latest calls, up to the limit", async () => {
  const { code, out, seen } = await run(
    { "GET /workspaces/backend/calls": { body: listOf(CALL) } },
    ...["calls", "list", "--workspace", "backend", "--limit", "5"],
  );

  assert.equal(code, 0);
  assert.equal(seen[0]?.path, "/workspaces/backend/calls?limit=5");
  assert.deepEqual(out.split("\n"), [
    "WHEN       USER        CALLED                  OUTCOME     MS",
    "2 min ago  Alice Chen  internal-api__get_user  tool error  12",
    "",
  ]);
});
