import assert from "node:assert/strict";
import type { ListenFilter } from "../../core/upstream/attend.ts";
import { modernListen } from "../../core/upstream/modern_listen.ts";
import { eventually } from "../_support/eventually.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { modernCaller, targetAt, testHttp } from "./_sessions.ts";

const TODAY = "note://today";

/** Listens until it is ended, and keeps what is told. */
function listening(url: string, filter: ListenFilter) {
  const ending = new AbortController();
  const ready = Promise.withResolvers<ListenFilter>();
  const heard: unknown[] = [];
  const caller = modernCaller();
  const over = modernListen(testHttp(), {
    target: targetAt(url),
    caller,
    filter,
    signal: ending.signal,
    onReady: (offer) => ready.resolve(offer),
    onNotification: ({ method, params }) => void heard.push({ method, ...params }),
  }, caller.client);
  over.catch(ready.reject);
  ready.promise.catch(() => {});
  return { ready: ready.promise, heard, over, end: () => ending.abort() };
}

Deno.test("a modern server's changes are heard, under no subscription's id", async () => {
  await using upstream = startModernFeatures();
  const one = listening(upstream.url, { toolsListChanged: true });
  assert.deepEqual(await one.ready, { toolsListChanged: true });

  await upstream.grow("another");

  await eventually("it is told", () => one.heard.length > 0);
  assert.deepEqual(one.heard, [{ method: "notifications/tools/list_changed" }]);
  one.end();
  assert.equal(await one.over, true);
  await eventually("the stream is closed", () => upstream.listeners() === 0);
});

Deno.test("a modern server's graceful end is no failure", async () => {
  await using upstream = startRaw(async function* () {
    yield acknowledged({ toolsListChanged: true });
    await Promise.resolve();
    yield { jsonrpc: "2.0", id: "aerostack-listen", result: { resultType: "complete" } };
  });

  const one = listening(upstream.url, { toolsListChanged: true });

  assert.deepEqual(await one.ready, { toolsListChanged: true });
  assert.equal(await one.over, true);
});

Deno.test("a modern server's abrupt end is a failure", async () => {
  await using upstream = startRaw(async function* () {
    yield acknowledged({ toolsListChanged: true });
    await Promise.resolve();
  });

  const one = listening(upstream.url, { toolsListChanged: true });

  await one.ready;
  await assert.rejects(one.over, /ended its answer before it was complete/);
});

Deno.test("what was not asked for, or not acknowledged, is not passed on", async () => {
  const never = Promise.withResolvers<void>();
  await using upstream = startRaw(async function* () {
    yield change("tools", "aerostack-listen");
    yield acknowledged({ toolsListChanged: true, promptsListChanged: true });
    yield change("prompts", "aerostack-listen");
    yield change("resources", "aerostack-listen");
    yield change("tools", "somebody-else");
    yield change("tools", "aerostack-listen");
    await never.promise;
  });

  const one = listening(upstream.url, { toolsListChanged: true, resourcesListChanged: true });

  assert.deepEqual(await one.ready, { toolsListChanged: true });
  await eventually("it is told", () => one.heard.length > 0);
  assert.deepEqual(one.heard, [{ method: "notifications/tools/list_changed" }]);
  one.end();
  never.resolve();
  await one.over;
});

Deno.test("a modern server that grants nothing is not listened to", async () => {
  const never = Promise.withResolvers<void>();
  await using upstream = startRaw(async function* () {
    yield acknowledged({});
    await never.promise;
  });

  const one = listening(upstream.url, { toolsListChanged: true });

  assert.deepEqual(await one.ready, {});
  assert.equal(await one.over, true);
  never.resolve();
});

Deno.test("a modern server without subscriptions has nothing to offer", async () => {
  await using http = serveLocally(async (request) => {
    const { id } = await request.json();
    const error = { code: -32601, message: "Method not found" };
    return Response.json({ jsonrpc: "2.0", id, error }, { status: 404 });
  });

  const one = listening(http.origin, { toolsListChanged: true });

  assert.deepEqual(await one.ready, {});
  assert.equal(await one.over, true);
});

Deno.test("a server of another era says so when it is listened to", async () => {
  await using upstream = startLegacySessions();

  const one = listening(upstream.url, { toolsListChanged: true });

  assert.equal(await one.over, false);
});

Deno.test("updates of resources are heard, of those alone that were asked for", async () => {
  await using upstream = startRaw(async function* () {
    yield acknowledged({ resourceSubscriptions: [TODAY] });
    yield updated("note://other");
    yield updated(TODAY);
    await Promise.resolve();
    yield { jsonrpc: "2.0", id: "aerostack-listen", result: { resultType: "complete" } };
  });

  const one = listening(upstream.url, { resourceSubscriptions: [TODAY, "note://unknown"] });

  assert.deepEqual(await one.ready, { resourceSubscriptions: [TODAY] });
  assert.equal(await one.over, true);
  assert.deepEqual(one.heard, [{ method: "notifications/resources/updated", uri: TODAY }]);
});

/** A server that says these messages on the stream of whatever it is asked. */
function startRaw(messages: () => AsyncGenerator<unknown>) {
  const encoder = new TextEncoder();
  const http = serveLocally(() => {
    const said = messages();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await said.next();
        if (done) return controller.close();
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return { url: http.origin, [Symbol.asyncDispose]: () => http[Symbol.asyncDispose]() };
}

function subscribed(method: string, params: Record<string, unknown>, id = "aerostack-listen") {
  const _meta = { "io.modelcontextprotocol/subscriptionId": id };
  return { jsonrpc: "2.0", method, params: { ...params, _meta } };
}

function acknowledged(notifications: ListenFilter) {
  return subscribed("notifications/subscriptions/acknowledged", { notifications });
}

function change(list: string, id: string) {
  return subscribed(`notifications/${list}/list_changed`, {}, id);
}

function updated(uri: string) {
  return subscribed("notifications/resources/updated", { uri });
}
