import assert from "node:assert/strict";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { answerIn, legacy, messagesIn, post } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

const PING = { jsonrpc: "2.0", method: "ping" };
const CANCEL = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 9 } };

/** Begins a session of a revision; gives what its requests say of it. */
async function begin(world: World, token: string, protocolVersion: string) {
  const clientInfo = { name: "t", version: "1" };
  const params = { protocolVersion, capabilities: {}, clientInfo };
  const response = await world.send(legacy(token, "initialize", params));
  await response.body?.cancel();
  return { "mcp-session-id": response.headers.get("mcp-session-id") ?? "" };
}

function call(id: number, text: string) {
  const params = { name: "notes__say", arguments: { text } };
  return { jsonrpc: "2.0", id, method: "tools/call", params };
}

Deno.test("a batch of 2025-03-26 is answered on one stream, each request by itself", async () => {
  await using upstream = startStreamableFeatures("2025-11-25");
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const headers = await begin(world, token, "2025-03-26");

  const batch = [call(1, "one"), CANCEL, { ...PING, id: "2" }, call(3, "three")];
  const response = await world.send(post(token, batch, { headers }));
  const answers = await messagesIn(response);

  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const byId = new Map(answers.map((answer) => [answer.id, answer.result]));
  assert.deepEqual(new Set(byId.keys()), new Set([1, "2", 3]));
  assert.match(JSON.stringify(byId.get(1)), /"said":"one"/);
  assert.match(JSON.stringify(byId.get(3)), /"said":"three"/);
});

Deno.test("a client that reads no streams gets the answers of a batch as one array", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const accept = { accept: "application/json" };
  const session = await begin(world, token, "2025-03-26");

  for (const headers of [accept, { ...accept, ...session }]) {
    const batch = [{ ...PING, id: 1 }, { ...PING, id: 2 }];
    const response = await world.send(post(token, batch, { headers }));
    const answers = await response.json();

    assert.equal(response.status, 200);
    assert.deepEqual(answers.map(({ id }: { id: number }) => id).sort(), [1, 2]);
  }
});

Deno.test("a batch without requests is taken without an answer", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const headers = await begin(world, token, "2025-03-26");

  const response = await world.send(post(token, [CANCEL, CANCEL], { headers }));

  assert.equal(response.status, 202);
  assert.equal(await response.text(), "");
});

Deno.test("a batch is refused by every other revision, and with initialize in it", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: {} };
  const initialize = { jsonrpc: "2.0", id: 1, method: "initialize", params };
  const newer = await begin(world, token, "2025-11-25");
  const older = await begin(world, token, "2024-11-05");
  const right = await begin(world, token, "2025-03-26");
  const cases: [unknown[], Record<string, string>][] = [
    [[{ ...PING, id: 1 }], newer],
    [[{ ...PING, id: 1 }], older],
    [[CANCEL], newer],
    [[{ ...PING, id: 1 }], { "mcp-protocol-version": "2025-06-18" }],
    [[initialize], {}],
    [[initialize, { ...PING, id: 2 }], right],
  ];

  for (const [batch, headers] of cases) {
    const response = await world.send(post(token, batch, { headers }));
    const { error } = await answerIn(response);
    assert.equal(response.status, 400, JSON.stringify([batch, headers]));
    assert.equal(error?.code, -32600);
    assert.match(error?.message ?? "", /batches are part of protocol version 2025-03-26/);
  }
});
