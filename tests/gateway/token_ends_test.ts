import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { eventually } from "../_support/eventually.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import type { Upstream } from "../_support/upstream.ts";
import { answerIn, bare, beginSession, legacy, modern, post, StreamReader } from "./_requests.ts";
import { startWorld } from "./_world.ts";

const WAIT = { name: "notes__wait", arguments: { key: "a" } };
const JSON_ONLY = { accept: "application/json" };

async function waits({ journal }: Upstream, how: string): Promise<void> {
  await eventually(`the call is ${how}`, () => journal.waits.get("a") === how);
}

Deno.test("a revocation ends a call whose client reads no stream, with a refusal", async () => {
  for (const make of [modern, legacy]) {
    await using upstream = startModern();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token, id } = await world.addToken();
    const reply = world.send(make(token, "tools/call", WAIT, { headers: JSON_ONLY }));
    await waits(upstream, "running");

    await revokeToken(world.services, AN_ADMIN, "team", id);

    await waits(upstream, "cancelled");
    const response = await reply;
    assert.equal(response.status, 401);
    assert.ok((await answerIn(response)).error !== undefined);
  }
});

Deno.test("a revocation ends a call whose client has left and may come back", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token, id } = await world.addToken();
  const session = await beginSession(world.send, token);
  const params = { name: "notes__count", arguments: { to: 300, pauseMs: 100 } };
  const extras = { session, meta: { progressToken: 1 } };
  const reply = new StreamReader(await world.send(legacy(token, "tools/call", params, extras)));
  await reply.until(/"progress":5/);
  await reply.leave();

  await revokeToken(world.services, AN_ADMIN, "team", id);

  await eventually("the server is told", () => cancellations(upstream) === 1);
});

Deno.test("a revocation ends a call over HTTP+SSE", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token, id } = await world.addToken();
  await using stream = new StreamReader(await world.send(bare("GET", token)));
  const [, path] = await stream.until(/event: endpoint\ndata: (\S+)/);
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: WAIT };
  await world.send(post(token, call, { address: `http://gateway.test${path}` }));
  await waits(upstream, "running");

  await revokeToken(world.services, AN_ADMIN, "team", id);

  await waits(upstream, "cancelled");
});

Deno.test("a revocation ends a call that waits for its client's answers", async () => {
  await using upstream = startStreamableFeatures("2025-11-25");
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token, id } = await world.addToken();
  const meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };
  const call = modern(token, "tools/call", { name: "notes__ask_form", arguments: {} }, { meta });
  const { result } = await answerIn(await world.send(call));
  assert.equal(result.resultType, "input_required");

  await revokeToken(world.services, AN_ADMIN, "team", id);

  await eventually("the server is told", () => cancellations(upstream) === 1);
});

Deno.test("a revocation, or its session's end, ends what is listened for on a client's behalf", async () => {
  for (const what of ["revoked", "ended"]) {
    await using upstream = startModernFeatures();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token, id } = await world.addToken();
    const session = await beginSession(world.send, token);
    const params = { uri: "notes://today#~notes" };
    const asking = legacy(token, "resources/subscribe", params, { session });
    assert.deepEqual((await answerIn(await world.send(asking))).result, {});
    assert.equal(upstream.subscribers(), 1);

    if (what === "revoked") await revokeToken(world.services, AN_ADMIN, "team", id);
    else await world.send(bare("DELETE", token, session));

    await eventually("nobody listens", () => upstream.subscribers() === 0);
  }
});

function cancellations({ journal }: Upstream): number {
  return journal.requests.filter(({ body }) => body.includes("notifications/cancelled")).length;
}
