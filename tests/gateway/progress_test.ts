import assert from "node:assert/strict";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { type Json, legacy, messagesIn, modern } from "./_requests.ts";
import { startWorld } from "./_world.ts";

const SEND = { modern, legacy };
const UPSTREAMS = { startModern, startLegacySessions, startLegacySse };

for (const [what, start] of Object.entries(UPSTREAMS)) {
  for (const [era, send] of Object.entries(SEND)) {
    Deno.test(`progress comes back under the caller's own token: ${era} client, ${what}`, async () => {
      await using upstream = await start();
      await using world = await startWorld();
      await world.addServer("notes", upstream.url);
      const { token } = await world.addToken();
      const params = { name: "notes__count", arguments: { to: 3, pauseMs: 20 } };

      const replies = [7, "7", 0, "a-token"].map(async (progressToken) => {
        const extras = { id: progressToken, meta: { progressToken } };
        const messages = await messagesIn(
          await world.send(send(token, "tools/call", params, extras)),
        );
        return { progressToken, messages };
      });

      for (const { progressToken, messages } of await Promise.all(replies)) {
        const told = messages.filter(({ method }) => method === "notifications/progress");
        const got = told.map(({ params }) => params as Json);
        assert.deepEqual(got.map(({ progress }) => progress), [1, 2, 3]);
        for (const one of got) assert.strictEqual(one.progressToken, progressToken);
        assert.strictEqual(messages.at(-1)?.id, progressToken);
        assert.equal(messages.length, 4);
      }
    });
  }
}

/** A modern server that says all sorts of things before its answer. */
function startChatty(said: Json[]) {
  return serveLocally(async (request) => {
    const { method, id } = await request.json();
    const result = { supportedVersions: ["2026-07-28"], capabilities: {}, tools: [], content: [] };
    const answer = { jsonrpc: "2.0", id, result };
    if (method !== "tools/call") return Response.json(answer);
    const events = [...said, answer, ...said].map((message) =>
      `data: ${JSON.stringify(message)}\n\n`
    );
    return new Response(events.join(""), { headers: { "content-type": "text/event-stream" } });
  });
}

function told(method: string, params: Json): Json {
  return { jsonrpc: "2.0", method, params };
}

Deno.test("what a caller did not ask for is not passed on, and nothing after the answer", async () => {
  await using http = startChatty([
    told("notifications/progress", { progressToken: "mine", progress: 1 }),
    told("notifications/progress", { progressToken: "another's", progress: 2 }),
    told("notifications/progress", { progress: 3 }),
    told("notifications/message", { level: "info", data: "a log line" }),
    told("notifications/tools/list_changed", {}),
    { jsonrpc: "2.0", id: 99, method: "sampling/createMessage", params: {} },
    { jsonrpc: "2.0", id: "somebody-else", result: {} },
  ]);
  await using world = await startWorld();
  await world.addServer("chatty", http.origin);
  const { token } = await world.addToken();
  const params = { name: "chatty__talk" };
  const methods = async (meta: Json) => {
    const reply = await world.send(modern(token, "tools/call", params, { meta }));
    return (await messagesIn(reply)).map(({ method, id }) => method ?? id);
  };

  assert.deepEqual(await methods({}), [1]);
  assert.deepEqual(await methods({ progressToken: "mine" }), ["notifications/progress", 1]);
  const asked = { "io.modelcontextprotocol/logLevel": "info" };
  assert.deepEqual(await methods(asked), ["notifications/message", 1]);
});

Deno.test("a client that reads no streams gets its answer as JSON, without progress", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const params = { name: "notes__count", arguments: { to: 3, pauseMs: 150 } };
  const extras = { meta: { progressToken: 1 }, headers: { accept: "application/json" } };

  for (const send of [modern, legacy]) {
    const response = await world.send(send(token, "tools/call", params, extras));
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal((await messagesIn(response)).length, 1);
  }
});

Deno.test("a client that reads streams only gets its answer on one", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const headers = { accept: "text/event-stream" };

  const response = await world.send(legacy(token, "ping", {}, { headers }));

  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(response.headers.get("x-accel-buffering"), "no");
  assert.deepEqual(await messagesIn(response), [{ jsonrpc: "2.0", id: 1, result: {} }]);
});

Deno.test("a client that does not read its progress loses neither its answer nor others' calls", async () => {
  await using upstream = await startLegacySse();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const count = { name: "notes__count", arguments: { to: 1_500 } };
  const echo = { name: "notes__echo", arguments: { text: "hi" } };

  const extras = { id: "unread", meta: { progressToken: "x".repeat(100) } };
  const unread = await world.send(modern(token, "tools/call", count, extras));
  const beside = await messagesIn(await world.send(modern(token, "tools/call", echo)));
  const messages = await messagesIn(unread);

  assert.equal(beside.length, 1);
  assert.equal(messages.at(-1)?.id, "unread");
});
