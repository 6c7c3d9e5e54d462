import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { bare, type Json, post, StreamReader } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

/** A client of 2024-11-05: one stream, and POSTs to where it says. */
async function connect(world: World, token: string) {
  const stream = new StreamReader(await world.send(bare("GET", token)));
  const [, path] = await stream.until(/^event: endpoint\ndata: (.*)\n\n/);
  const address = `http://gateway.test${path}`;
  const send = async (to: World, message: Json) => {
    const response = await to.send(post(token, { jsonrpc: "2.0", ...message }, { address }));
    await response.body?.cancel();
    return response.status;
  };
  return { stream, address, send, [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]() };
}

Deno.test("HTTP+SSE: a stream's first event says where to post, and answers come on it", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await using client = await connect(world, token);

  const params = { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "t" } };
  assert.equal(await client.send(world, { id: 0, method: "initialize", params }), 202);
  const greeting = await client.stream.answer(0);
  await client.send(world, { method: "notifications/initialized" });
  const echo = { name: "notes__echo", arguments: { text: "Grüße" } };
  await client.send(world, { id: "0", method: "tools/call", params: echo });
  const { result } = await client.stream.answer("0");

  assert.equal(greeting.result.protocolVersion, "2024-11-05");
  assert.equal(result.content[0].text, "Grüße");
});

Deno.test("HTTP+SSE: a message is served although it was posted to another process", async () => {
  await using upstream = startLegacySessions();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  await using client = await connect(one, token);

  for (let id = 1; id <= 10; id++) {
    const params = { name: "notes__echo", arguments: { text: `${id}`.repeat(50_000) } };
    assert.equal(await client.send(two, { id, method: "tools/call", params }), 202);
    const { result } = await client.stream.answer(id);
    assert.equal(result.content[0].text, `${id}`.repeat(50_000));
  }
});

Deno.test("HTTP+SSE: many answers at once all arrive, however slowly they are read", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await using client = await connect(world, token);
  const params = { name: "notes__big", arguments: { kilobytes: 100 } };

  const ids = Array.from({ length: 20 }, (_, at) => at + 1);
  await Promise.all(ids.map((id) => client.send(world, { id, method: "tools/call", params })));

  const answered = new Set<unknown>();
  while (answered.size < ids.length) {
    const [, data] = await client.stream.until(/event: message\ndata: (.*)\n\n/);
    const { id, result } = JSON.parse(data);
    assert.equal(result.content[0].text.length, 100 * 1024);
    answered.add(id);
  }
  assert.deepEqual([...answered].toSorted((a, b) => Number(a) - Number(b)), ids);
});

Deno.test("HTTP+SSE: a call is taken back by a notification, here and through another process", async () => {
  await using upstream = startLegacySessions();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  await using client = await connect(one, token);
  const { waits } = upstream.journal;

  for (const [key, through] of [["here", one], ["there", two]] as const) {
    const params = { name: "notes__wait", arguments: { key } };
    await client.send(one, { id: key, method: "tools/call", params });
    await eventually(`${key} runs`, () => waits.get(key) === "running");
    const cancel = { method: "notifications/cancelled", params: { requestId: key } };
    await client.send(through, cancel);
    await eventually(`${key} is cancelled`, () => waits.get(key) === "cancelled");
  }

  await client.send(one, { id: "next", method: "ping" });
  const [, data] = await client.stream.until(/event: message\ndata: (.*)\n\n/);
  assert.equal(JSON.parse(data).id, "next");
});

Deno.test("HTTP+SSE: an address is of use to its own token only, and cannot be changed", async () => {
  await using world = await startWorld();
  const alice = await world.addToken("Alice");
  const bob = await world.addToken("Bob");
  await using client = await connect(world, alice.token);
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const status = async (token: string, address: string) => {
    const response = await world.send(post(token, ping, { address }));
    await response.body?.cancel();
    return response.status;
  };
  const { address } = client;
  const changed = address.replace(/.{10}$/, "AAAAAAAAAA");

  assert.equal(await status(alice.token, address), 202);
  assert.equal(await status(bob.token, address), 404);
  assert.equal(await status(alice.token, changed), 404);
  assert.equal(await status(alice.token, `${address}x`), 404);
  assert.equal(await status(alice.token, "http://gateway.test/?stream="), 404);
});

Deno.test("HTTP+SSE: a stream that was left can no longer be posted to", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const client = await connect(world, token);

  await client.stream.leave();

  assert.equal(await client.send(world, { id: 1, method: "ping" }), 404);
});

Deno.test("HTTP+SSE: nothing is served for a token that was revoked while its message was on its way", async () => {
  await using upstream = startModern();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token, id } = await one.addToken();
  await using client = await connect(one, token);
  const params = { name: "notes__echo", arguments: { text: "hi" } };

  await revokeToken(two.services, AN_ADMIN, "team", id);
  assert.equal(await client.send(two, { id: 1, method: "tools/call", params }), 401);

  await client.stream.ended();
  assert.equal(upstream.journal.runs.size, 0);
});

Deno.test("HTTP+SSE: a message that cannot be served harms neither the stream nor the process", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  await using client = await connect(world, token);
  await client.send(world, { id: 0, method: "ping" });
  await client.stream.answer(0);
  const { kv } = world.store;
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    throw new Error("the store is gone");
  };

  const cancel = { method: "notifications/cancelled", params: { requestId: 99 } };
  assert.equal(await client.send(world, cancel), 202);
  await eventually("it was logged", () => world.log.some((line) => line.includes("store is gone")));
  kv.atomic = atomic;

  await client.send(world, { id: 1, method: "ping" });
  assert.deepEqual((await client.stream.answer(1)).result, {});
});

Deno.test("HTTP+SSE: a batch is refused, since nobody would answer it", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  await using client = await connect(world, token);

  const batch = [{ jsonrpc: "2.0", id: 1, method: "ping" }];
  const response = await world.send(post(token, batch, { address: client.address }));

  assert.equal(response.status, 400);
  assert.match(await response.text(), /one message per POST/);
});
