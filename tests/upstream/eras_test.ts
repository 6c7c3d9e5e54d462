import assert from "node:assert/strict";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, type Json, legacy, modern } from "../gateway/_requests.ts";
import { startWorld, type World } from "../gateway/_world.ts";

const ECHO: Json = { name: "notes__echo", arguments: { text: "hi" } };

async function echo(world: World, request: Request): Promise<string> {
  const { result, error } = await answerIn(await world.send(request));
  return result?.content[0].text ?? error?.message;
}

Deno.test("a legacy server that is replaced by a modern one at its address is found out", async () => {
  await using old = startLegacySessions();
  await using young = startModern();
  let current = old.url;
  await using http = serveLocally(async (request) => {
    const { method, headers } = request;
    const body = request.body === null ? undefined : await request.bytes();
    return await fetch(current, { method, headers, body });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  const { token } = await world.addToken();

  for (const url of [old.url, young.url, old.url, young.url]) {
    current = url;
    for (const send of [modern, legacy]) {
      assert.equal(await echo(world, send(token, "tools/call", ECHO)), "hi");
    }
  }
});

Deno.test("a server that answers nothing of MCP while it starts is asked again by the next call", async () => {
  await using upstream = startModern();
  let isStarting = true;
  await using http = serveLocally(async (request) => {
    const body = request.body === null ? undefined : await request.bytes();
    if (isStarting) return new Response("starting", { status: 404 });
    return await fetch(upstream.url, { method: request.method, headers: request.headers, body });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  const { token } = await world.addToken();

  for (const send of [modern, legacy]) {
    assert.match(await echo(world, send(token, "tools/call", ECHO)), /does not speak MCP/);
  }
  isStarting = false;

  for (const send of [modern, legacy]) {
    assert.equal(await echo(world, send(token, "tools/call", ECHO)), "hi");
  }
});

Deno.test("calls that find out at the same time that a server speaks HTTP+SSE are all answered", async () => {
  await using upstream = startLegacySse();
  const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));
  const others: Promise<string>[] = [];
  let begun = 0;
  let callAlso = () => {};
  await using http = serveLocally(async (request) => {
    const { method, headers } = request;
    const { pathname, search } = new URL(request.url);
    const body = request.body === null ? undefined : await request.bytes();
    const message = new TextDecoder().decode(body);
    if (pathname === "/sse" && message.includes("server/discover")) {
      callAlso();
      await pause(50);
    }
    // Who tries what is newer later than the first one is told so later, too.
    if (pathname === "/sse" && message.includes('"initialize"') && ++begun > 1) await pause(50);
    return await fetch(new URL(pathname + search, upstream.url), { method, headers, body });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${http.origin}/sse`);
  const { token } = await world.addToken();
  const call = () => echo(world, legacy(token, "tools/call", ECHO));
  callAlso = () => void others.push(call());

  const first = await call();

  assert.equal(first, "hi");
  assert.ok(others.length > 0);
  for (const other of others) assert.equal(await other, "hi");
});

Deno.test("a client that does not say who it is is served by servers that want to know", async () => {
  await using sessions = startLegacySessions();
  await using modernOnly = startModern();
  await using world = await startWorld();
  await world.addServer("old", sessions.url);
  await world.addServer("new", modernOnly.url);
  const { token } = await world.addToken();
  const meta = { "io.modelcontextprotocol/clientInfo": undefined };

  for (const slug of ["old", "new"]) {
    const params = { name: `${slug}__echo`, arguments: { text: "hi" } };
    assert.equal(await echo(world, modern(token, "tools/call", params, { meta })), "hi");
    assert.equal(await echo(world, legacy(token, "tools/call", params)), "hi");
  }
});
