import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, bare, beginSession, type Json, legacy, modern } from "../gateway/_requests.ts";
import { startWorld, type World } from "../gateway/_world.ts";

const ECHO: Json = { name: "notes__echo", arguments: { text: "hi" } };

async function echo(world: World, request: Request): Promise<string> {
  const { result, error } = await answerIn(await world.send(request));
  return result?.content[0].text ?? error?.message;
}

Deno.test("sessions of a server are never shared between members, nor between their clients", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const alice = await world.addToken("Alice");
  const bob = await world.addToken("Bob");
  const session = await beginSession(world.send, alice.token);

  for (let round = 0; round < 2; round++) {
    await echo(world, legacy(alice.token, "tools/call", ECHO, { session }));
    await echo(world, legacy(alice.token, "tools/call", ECHO));
    await echo(world, modern(alice.token, "tools/call", ECHO));
    await echo(world, modern(bob.token, "tools/call", ECHO));
  }

  const calls = upstream.journal.withRpcMethod("tools/call");
  const ids = calls.map(({ headers }) => headers.get("mcp-session-id"));
  const [inSession, without, modernAlice, ofBob] = ids;
  assert.deepEqual(ids.slice(4), ids.slice(0, 4));
  // Each says something else of itself, and a session is told what its client can do.
  assert.equal(new Set([inSession, without, modernAlice, ofBob]).size, 4);
});

Deno.test("a session is opened once for calls that arrive together", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();

  const calls = Array.from({ length: 20 }, (_, id) => legacy(token, "tools/call", ECHO, { id }));
  const answers = await Promise.all(calls.map((request) => echo(world, request)));

  assert.deepEqual(new Set(answers), new Set(["hi"]));
  assert.equal(upstream.journal.withRpcMethod("initialize").length, 1);
});

Deno.test("another value of a secret opens another session", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();

  for (const value of ["first", "second"]) {
    await world.addSecret("notes", "X-Api-Key", value);
    await echo(world, legacy(token, "tools/call", ECHO));
  }

  const opened = upstream.journal.withRpcMethod("initialize");
  assert.deepEqual(opened.map(({ headers }) => headers.get("x-api-key")), ["first", "second"]);
});

Deno.test("a session that the server forgot is opened again, and its call sent once more", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await echo(world, legacy(token, "tools/call", ECHO));

  await upstream.forgetSessions();
  const text = await echo(world, legacy(token, "tools/call", ECHO));

  assert.equal(text, "hi");
  assert.equal(upstream.journal.runs.get("echo"), 2);
  assert.equal(upstream.journal.withRpcMethod("tools/call").length, 3);
});

/** A server with sessions that are forgotten, or refused, with a status and a body. */
function startForgetful(status: number, body: BodyInit | null, type = "application/json") {
  let known = new Set<string>();
  const seen = { initialize: 0, calls: 0, ran: 0 };
  const http = serveLocally(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { method, id } = await request.json();
    if (method === "initialize") {
      const session = String(++seen.initialize);
      known.add(session);
      const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
      const headers = { "mcp-session-id": session };
      return Response.json({ jsonrpc: "2.0", id, result }, { headers });
    }
    if (method !== "tools/call") return new Response(null, { status: 400 });
    seen.calls++;
    if (!known.has(request.headers.get("mcp-session-id") ?? "")) {
      return new Response(body, { status, headers: { "content-type": type } });
    }
    seen.ran++;
    const result = { content: [{ type: "text", text: "hi" }] };
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  return { ...http, origin: http.origin, seen, forget: () => void (known = new Set()) };
}

const WITHOUT_ID = JSON.stringify({
  jsonrpc: "2.0",
  id: null,
  error: { code: -32000, message: "Bad Request: No valid session ID provided" },
});

for (
  const [what, status, body, type] of [
    ["404 and no body", 404, null, "text/plain"],
    ["404 and JSON-RPC", 404, WITHOUT_ID, "application/json"],
    ["400 and an error without an id", 400, WITHOUT_ID, "application/json"],
    ["400 and a text", 400, "no such session", "text/plain"],
  ] as const
) {
  Deno.test(`a session that is gone with ${what} is opened again, for one more try`, async () => {
    await using upstream = startForgetful(status, body, type);
    await using world = await startWorld();
    await world.addServer("notes", upstream.origin);
    const { token } = await world.addToken();
    await echo(world, legacy(token, "tools/call", ECHO));

    upstream.forget();
    const text = await echo(world, legacy(token, "tools/call", ECHO));

    assert.equal(text, "hi");
    assert.deepEqual(upstream.seen, { initialize: 2, calls: 3, ran: 2 });
  });
}

Deno.test("an error without an id in a new session is the server's answer, not its end", async () => {
  let calls = 0;
  await using http = serveLocally(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { method, id } = await request.json();
    const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
    if (method === "initialize") return Response.json({ jsonrpc: "2.0", id, result });
    if (method !== "tools/call") return new Response(null, { status: 202 });
    calls++;
    const error = { code: -32602, message: "No such argument" };
    return Response.json({ jsonrpc: "2.0", id: null, error }, { status: 400 });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  const { token } = await world.addToken();

  const { error, id } = await answerIn(await world.send(legacy(token, "tools/call", ECHO)));

  assert.equal(error?.message, "No such argument");
  assert.equal(id, 1);
  assert.equal(calls, 1);
});

Deno.test("a call that may have run is not sent again", async () => {
  let calls = 0;
  await using http = serveLocally(async (request) => {
    const { method, id } = await request.json();
    const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
    if (method === "initialize") return Response.json({ jsonrpc: "2.0", id, result });
    if (method !== "tools/call") return new Response(null, { status: 202 });
    calls++;
    return new Response("it broke half-way", { status: 502 });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  const { token } = await world.addToken();

  assert.match(await echo(world, legacy(token, "tools/call", ECHO)), /HTTP 502/);
  assert.equal(calls, 1);
});

Deno.test("what was opened for a client's session ends with it, and nothing else does", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const session = await beginSession(world.send, token);
  await echo(world, legacy(token, "tools/call", ECHO, { session }));
  await echo(world, legacy(token, "tools/call", ECHO));
  assert.equal(upstream.sessions(), 2);

  await world.send(bare("DELETE", token, session));

  await eventually("one session is left", () => upstream.sessions() === 1);
  assert.equal(await echo(world, legacy(token, "tools/call", ECHO)), "hi");
  assert.equal(upstream.journal.withRpcMethod("initialize").length, 2);
});

Deno.test("sessions are ended when the gateway ends", async () => {
  await using upstream = startLegacySessions();
  const world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await echo(world, legacy(token, "tools/call", ECHO));
  assert.equal(upstream.sessions(), 1);

  await world[Symbol.asyncDispose]();

  assert.equal(upstream.sessions(), 0);
});
