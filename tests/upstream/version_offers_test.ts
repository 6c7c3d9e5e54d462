import assert from "node:assert/strict";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

const ECHO = { name: "notes__echo", arguments: { text: "hi" } };
const SAID = { resultType: "complete", content: [{ type: "text", text: "hi" }] };

/** A modern server that says of itself what it is told to. */
function startServer(answer: (method: string) => { status?: number; body: object }) {
  const methods: string[] = [];
  const http = serveLocally(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id, method } = await request.json();
    methods.push(method);
    const { status, body } = answer(method);
    return Response.json({ jsonrpc: "2.0", id, ...body }, { status });
  });
  return { ...http, methods };
}

function result(method: string) {
  const body = method === "server/discover"
    ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } }
    : method === "tools/list"
    ? { tools: [] }
    : SAID;
  return { body: { result: { resultType: "complete", ttlMs: 0, cacheScope: "private", ...body } } };
}

Deno.test("a server that refuses a version and offers that very one is asked once more", async () => {
  let refusals = 1;
  const data = { supported: ["2026-07-28"], requested: "2026-07-28" };
  const error = { code: -32022, message: "Unsupported protocol version", data };
  await using server = startServer((method) =>
    refusals-- > 0 ? { status: 400, body: { error } } : result(method)
  );
  await using world = await startWorld();
  await world.addServer("notes", server.origin);
  const { token } = await world.addToken();

  const answer = await answerIn(await world.send(modern(token, "tools/call", ECHO)));

  assert.deepEqual(answer.result?.content, SAID.content);
  assert.deepEqual(server.methods.slice(0, 2), ["server/discover", "server/discover"]);
  assert.ok(!server.methods.includes("initialize"));
});

Deno.test("a server that goes on refusing what it offers is given up", async () => {
  const data = { supported: ["2026-07-28"], requested: "2026-07-28" };
  const error = { code: -32022, message: "Unsupported protocol version", data };
  await using server = startServer(() => ({ status: 400, body: { error } }));
  await using world = await startWorld();
  await world.addServer("notes", server.origin);
  const { token } = await world.addToken();

  const answer = await answerIn(await world.send(modern(token, "tools/call", ECHO)));

  assert.match(answer.error?.message ?? "", /notes/);
  assert.ok(server.methods.length < 12, server.methods.join(" "));
});

Deno.test("a server that answers initialize with a modern version is spoken to in its era", async () => {
  await using server = startServer((method) =>
    method === "initialize"
      ? { body: { result: { protocolVersion: "2026-07-28", serverInfo: {}, capabilities: {} } } }
      : result(method)
  );
  await using world = await startWorld();
  await world.addServer("notes", server.origin);
  const { token } = await world.addToken();

  const answer = await answerIn(await world.send(legacy(token, "tools/call", ECHO)));

  assert.deepEqual(answer.result?.content, SAID.content);
  assert.ok(server.methods.includes("server/discover"));
});
