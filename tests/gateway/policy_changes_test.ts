import assert from "node:assert/strict";
import { updateToken } from "../../core/tokens/update_token.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { eventually } from "../_support/eventually.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import type { FeatureServer } from "../_support/feature_server.ts";
import {
  type Answer,
  answerIn,
  bare,
  beginSession,
  type Json,
  legacy,
  modern,
  post,
  StreamReader,
} from "./_requests.ts";
import { startWorld } from "./_world.ts";

// What has begun when a policy changes: calls whose clients are asked something meanwhile, and
// resources that clients listen for.

async function started(server: FeatureServer) {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(server);
  const world = stack.use(await startWorld());
  await world.addServer("notes", upstream.url);
  const { token, id } = await world.addToken();
  return {
    upstream,
    world,
    token,
    deny: async (...deny: string[]) => {
      const policy = { allow: [], deny, readOnly: false };
      await updateToken(world.services, AN_ADMIN, "team", id, { policy });
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

const TODAY = "notes://today#~notes";

Deno.test("a held call goes on with no answers once its tool is hidden", async () => {
  await using of = await started(startStreamableFeatures("2025-11-25"));
  const { world, token } = of;
  const meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
  const call = async (more: Json = {}): Promise<Answer> => {
    const params = { name: "notes__ask_form", arguments: {}, ...more };
    return await answerIn(await world.send(modern(token, "tools/call", params, { meta })));
  };
  const { result: { inputRequests, requestState } } = await call();
  const [key] = Object.keys(inputRequests);
  const inputResponses = { [key]: { action: "accept", content: { colour: "green" } } };

  await of.deny("ask_*");
  const refused = await call({ requestState, inputResponses });
  await of.deny();
  const served = await call({ requestState, inputResponses });

  assert.equal(refused.error?.message, "Unknown tool: notes__ask_form");
  assert.match(JSON.stringify(served.result), /green/);
});

Deno.test("a legacy client's answer takes a call no further once its tool is hidden", async () => {
  await using of = await started(startModernFeatures());
  const { world, token, upstream } = of;
  const session = await beginSession(world.send, token, { elicitation: {} });
  const params = { name: "notes__ask_form", arguments: {} };
  const response = await world.send(legacy(token, "tools/call", params, { session, id: 7 }));
  await using stream = new StreamReader(response);
  const [, question] = await stream.until(/data: (.*elicitation\/create.*)\n/);
  const runs = upstream.world.journal.runs.get("ask_form");

  await of.deny("ask_*");
  const { id } = JSON.parse(question);
  const result = { action: "accept", content: { colour: "green" } };
  const headers = { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" };
  await world.send(post(token, { jsonrpc: "2.0", id, result }, { headers }));
  const answer = await stream.answer(7);

  assert.equal(answer.error?.message, "Unknown tool: notes__ask_form");
  assert.equal(upstream.world.journal.runs.get("ask_form"), runs);
});

Deno.test("a modern client hears of no resource that is hidden, from the start or later", async () => {
  await using of = await started(startModernFeatures());
  const { world, token, upstream } = of;
  const notifications = { toolsListChanged: true, resourceSubscriptions: [TODAY] };
  const listen = async () =>
    new StreamReader(await world.send(modern(token, "subscriptions/listen", { notifications })));
  await using stream = await listen();
  const [acknowledged] = await stream.until(/acknowledged.*\n/);
  await eventually("the subscription", () => upstream.subscribers() > 0);
  await upstream.change();
  await stream.until(/resources\/updated/);

  await of.deny("notes://today");
  await stream.until(/tools\/list_changed/);
  await upstream.change();
  await world.addServer("other", upstream.url);
  const [between] = await stream.until(/[^]*tools\/list_changed/);
  await using later = await listen();
  const [nothing] = await later.until(/acknowledged.*\n/);

  assert.match(acknowledged, /notes:\/\/today/);
  assert.ok(!between.includes("resources/updated"), between);
  assert.ok(!nothing.includes("notes://today"), nothing);
});

for (const [kind, start] of Object.entries({ modern: startModernFeatures, legacy: legacyServer })) {
  Deno.test(`a legacy client hears of no resource that is hidden: a ${kind} server`, async () => {
    await using of = await started(start());
    const { world, token, upstream } = of;
    const session = await beginSession(world.send, token);
    await using stream = new StreamReader(await world.send(bare("GET", token, session)));
    const subscribe = async () =>
      await answerIn(
        await world.send(legacy(token, "resources/subscribe", { uri: TODAY }, { session })),
      );
    assert.equal((await subscribe()).error, undefined);
    await eventually("the subscription", () => upstream.subscribers() > 0);
    await eventually("the server can say something", () => upstream.listeners() > 0);
    await upstream.change();
    await stream.until(/resources\/updated/);

    await of.deny("notes://today");
    await stream.until(/tools\/list_changed/);
    await upstream.change();
    await world.addServer("other", upstream.url);
    const [between] = await stream.until(/[^]*tools\/list_changed/);

    assert.ok(!between.includes("resources/updated"), between);
    assert.equal((await subscribe()).error?.code, -32002);
  });
}

function legacyServer(): FeatureServer {
  return startStreamableFeatures("2025-11-25");
}
