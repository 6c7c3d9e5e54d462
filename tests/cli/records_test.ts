import assert from "node:assert/strict";
import { CALL, listOf } from "./_answers.ts";
import { aerostack } from "./_command.ts";
import { startStub, type StubAnswers } from "./_stub_gateway.ts";

async function run(answers: StubAnswers, ...args: string[]) {
  await using stub = startStub(answers);
  const env = { AEROSTACK_URL: stub.url, AEROSTACK_TOKEN: "aat_test" };
  return { ...await aerostack(args, { env }), seen: stub.seen };
}

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

Deno.test("events list prints what servers did, by server and kind", async () => {
  const common = { at: CALL.at, serverId: "srv_0123456789abcdefghij", server: "internal-api" };
  const leak = { kind: "leak", ...common, secret: "API_KEY", form: "base64", place: "body" };
  const { code, out, seen } = await run(
    {
      "GET /events": {
        body: listOf(
          { kind: "server_blocked", ...common, reason: "leak" },
          { ...leak, method: "tools/call", tool: "search", times: 3 },
        ),
      },
    },
    ...["events", "list", "--server", "internal-api", "--kind", "leak", "--limit", "5"],
  );

  assert.equal(code, 0);
  assert.equal(seen[0]?.path, "/events?server=internal-api&kind=leak&limit=5");
  assert.deepEqual(out.split("\n"), [
    "WHEN       SERVER        KIND            WHAT",
    "2 min ago  internal-api  server blocked  disabled because of a leak; aerostack mcp enable internal-api",
    "2 min ago  internal-api  leak            search sent API_KEY back as base64 in a body, 3 times; it was redacted",
    "",
  ]);
});
