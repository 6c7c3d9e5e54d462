import assert from "node:assert/strict";
import type { RpcNotification } from "../../core/mcp/message.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { serveLocally } from "../_support/upstream.ts";
import { legacyCaller, sessionsWith } from "./_sessions.ts";

interface Received {
  method: string;
  atMs: number;
  lastEventId: string | null;
  body: { id?: number; method?: string; result?: unknown; params?: Record<string, unknown> };
}

/** Answers one request of a session that `initialize` has opened. */
type Answer = (received: Received) => Response | Promise<Response>;

const encoder = new TextEncoder();

/** A legacy server of which a test writes all but the handshake. */
function startRaw(answer: Answer, capabilities: Record<string, unknown> = {}) {
  const seen: Received[] = [];
  const http = serveLocally(async (request) => {
    const text = await request.text();
    const received: Received = {
      method: request.method,
      atMs: performance.now(),
      lastEventId: request.headers.get("last-event-id"),
      body: text === "" ? {} : JSON.parse(text),
    };
    seen.push(received);
    const { id, method } = received.body;
    if (method === "initialize") {
      const result = { protocolVersion: "2025-11-25", capabilities, serverInfo: {} };
      return Response.json({ jsonrpc: "2.0", id, result }, { headers: { "mcp-session-id": "s" } });
    }
    if (request.method === "DELETE" || (request.method === "POST" && id === undefined)) {
      return new Response(null, { status: 202 });
    }
    if (received.body.result !== undefined) return new Response(null, { status: 202 });
    return await answer(received);
  });
  return {
    url: http.origin,
    seen,
    gets: () => seen.filter(({ method }) => method === "GET"),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** An event stream of these events, which then ends, or stays open until nobody reads. */
function stream(events: readonly string[], stays = false): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const event of events) controller.enqueue(encoder.encode(event));
      if (!stays) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function event(message: unknown, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
}

function said(id: unknown, text: string) {
  return { jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } };
}

const NONE = new Response(null, { status: 405 });
const CHANGED = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

Deno.test("a call's stream that ends early is gone on with, after the server's pause", async () => {
  let callId: unknown;
  await using upstream = startRaw(({ method, body, lastEventId }) => {
    if (method === "POST") {
      callId = body.id;
      return stream(["id: e1\nretry: 300\ndata:\n\n"]);
    }
    return lastEventId === null ? NONE.clone() : stream([event(said(callId, "resumed"), "e2")]);
  });
  await using sessions = sessionsWith(upstream.url);

  const text = await sessions.tool("slow");

  assert.equal(text, "resumed");
  const post = upstream.seen.find(({ body }) => body.method === "tools/call");
  const get = upstream.gets().find(({ lastEventId }) => lastEventId === "e1");
  assert.ok(post !== undefined && get !== undefined);
  assert.ok(get.atMs - post.atMs >= 290, "the server's pause is kept");
});

Deno.test("a call's stream is gone on with over several connections, from the last event", async () => {
  let callId: unknown;
  const progress = (done: number) => ({
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: callId, progress: done },
  });
  await using upstream = startRaw(({ method, body, lastEventId }) => {
    if (method === "POST") {
      callId = body.id;
      return stream(["retry: 10\n", event(progress(1), "1")]);
    }
    const last = Number(lastEventId);
    if (last === 0) return NONE.clone();
    const next = last < 9 ? progress(last + 1) : said(callId, "done");
    return stream([event(next, String(last + 1))]);
  });
  await using sessions = sessionsWith(upstream.url);
  const heard: unknown[] = [];
  const onNotification = ({ params }: RpcNotification) => void heard.push(params);

  const params = { name: "slow", _meta: { progressToken: "mine" } };
  await sessions.call("tools/call", params, { onNotification });

  const all = Array.from({ length: 9 }, (_, at) => ({ progressToken: "mine", progress: at + 1 }));
  assert.deepEqual(heard, all);
});

Deno.test("a call's stream that never goes on is given up", async () => {
  await using upstream = startRaw(({ method, lastEventId }) => {
    if (method === "POST") return stream(["id: e1\nretry: 1\ndata:\n\n"]);
    return lastEventId === null ? NONE.clone() : stream([]);
  });
  await using sessions = sessionsWith(upstream.url);

  await assert.rejects(sessions.tool("slow"), /ended its answer before it was complete/);

  assert.equal(upstream.gets().filter(({ lastEventId }) => lastEventId === "e1").length, 5);
});

Deno.test("a server that wants its streams to be opened again at once has to wait a little", async () => {
  let callId: unknown;
  let events = 0;
  await using upstream = startRaw(({ method, body }) => {
    if (method === "POST") callId = body.id;
    events++;
    const last = events < 8 ? [] : [event(said(callId, "at last"))];
    return stream([`id: ${events}\nretry: 0\ndata:\n\n`, ...last]);
  });
  await using sessions = sessionsWith(upstream.url);

  await sessions.tool("slow");

  const opened = upstream.gets().map(({ atMs, lastEventId }) => ({ atMs, lastEventId }));
  for (const { atMs, lastEventId } of opened.slice(1)) {
    const before = opened.filter((one) => one.atMs < atMs && atMs - one.atMs < 90);
    assert.ok(before.length <= 1, `one of each stream at once, after event ${lastEventId}`);
  }
});

Deno.test("an event id that no header can hold as it is goes into one in UTF-8", async () => {
  let callId: unknown;
  await using upstream = startRaw(({ method, body, lastEventId }) => {
    if (method === "POST") {
      callId = body.id;
      return stream(["id: später 世界\nretry: 100\ndata:\n\n"]);
    }
    return lastEventId === null ? NONE.clone() : stream([event(said(callId, "resumed"))]);
  });
  await using sessions = sessionsWith(upstream.url);

  assert.equal(await sessions.tool("slow"), "resumed");

  const id = upstream.gets().at(-1)?.lastEventId ?? "";
  const bytes = Uint8Array.from(id, (char) => char.charCodeAt(0));
  assert.equal(new TextDecoder().decode(bytes), "später 世界");
});

Deno.test("a call's stream without event ids is not gone on with", async () => {
  await using upstream = startRaw(({ method }) => method === "POST" ? stream([]) : NONE.clone());
  await using sessions = sessionsWith(upstream.url);

  await assert.rejects(sessions.tool("slow"), /ended its answer before it was complete/);

  assert.ok(upstream.gets().every(({ lastEventId }) => lastEventId === null));
});

Deno.test("the server's stream is opened again where it left off", async () => {
  await using upstream = startRaw(({ method, body, lastEventId }) => {
    if (method === "POST") return Response.json(said(body.id, "hi"));
    if (lastEventId === null) return stream(["retry: 20\n", event(CHANGED, "g1")]);
    return stream([event({ ...CHANGED, method: "notifications/more" }, "g2")], true);
  });
  await using sessions = sessionsWith(upstream.url);

  await sessions.tool("echo");

  await eventually("both are told", () => sessions.unasked.notifications.length === 2);
  assert.deepEqual(upstream.gets().map(({ lastEventId }) => lastEventId), [null, "g1"]);
});

Deno.test("the first call waits for the stream on which its server may speak of it", async () => {
  const order: string[] = [];
  await using upstream = startRaw(async ({ method, body }) => {
    if (method === "POST") {
      order.push("called");
      return Response.json(said(body.id, "hi"));
    }
    await pause(100);
    order.push("open");
    return stream([], true);
  });
  await using sessions = sessionsWith(upstream.url);

  await sessions.tool("echo");

  assert.deepEqual(order, ["open", "called"]);
});

Deno.test("a server that offers no stream is not asked for it again", async () => {
  await using upstream = startRaw(({ method, body }) => {
    return method === "POST" ? Response.json(said(body.id, "hi")) : NONE.clone();
  });
  await using sessions = sessionsWith(upstream.url);

  for (let round = 0; round < 3; round++) await sessions.tool("echo");
  await eventually("it was asked", () => upstream.gets().length === 1);
  assert.equal(await sessions.attend({ filter: { toolsListChanged: true } }), true);

  // The session of who attends is another one, and asks for itself.
  assert.equal(upstream.gets().length, 2);
});

Deno.test("a session that a server's stream finds gone is opened again for the next call", async () => {
  let known = 0;
  let opened = 0;
  await using http = serveLocally(async (request) => {
    const session = Number(request.headers.get("mcp-session-id") ?? opened + 1);
    if (session <= known) return new Response(null, { status: 404 });
    if (request.method !== "POST") return stream(["retry: 10\n\n"]);
    const { id, method } = await request.json();
    if (method !== "initialize") return Response.json(said(id, "hi"));
    opened++;
    const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
    const headers = { "mcp-session-id": String(opened) };
    return Response.json({ jsonrpc: "2.0", id, result }, { headers });
  });
  await using sessions = sessionsWith(http.origin);
  await sessions.tool("echo");

  known = opened;
  await eventually("it is gone", () => sessions.pool.size === 0);
  const text = await sessions.tool("echo");

  assert.equal(text, "hi");
  assert.equal(opened, 2);
});

Deno.test("a server that answers 404 where it has no stream keeps its sessions", async () => {
  await using upstream = startRaw(({ method, body }) => {
    return method === "POST"
      ? Response.json(said(body.id, "hi"))
      : new Response(null, { status: 404 });
  });
  await using sessions = sessionsWith(upstream.url);

  for (let round = 0; round < 3; round++) await sessions.tool("echo");

  assert.equal(upstream.gets().length, 1);
  assert.equal(upstream.seen.filter(({ body }) => body.method === "initialize").length, 1);
});

Deno.test("progress that comes on the server's stream is its call's", async () => {
  const told = Promise.withResolvers<void>();
  const called = Promise.withResolvers<number | undefined>();
  await using upstream = startRaw(async ({ method, body }) => {
    if (method === "POST") {
      called.resolve(body.id);
      await told.promise;
      return Response.json(said(body.id, "done"));
    }
    const progressToken = await called.promise;
    const progress = {
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken, progress: 1 },
    };
    return stream([event({ ...progress, params: { progressToken: 99 } }), event(progress)], true);
  });
  await using sessions = sessionsWith(upstream.url);
  const heard: unknown[] = [];
  const onNotification = ({ params }: RpcNotification) => {
    heard.push(params);
    told.resolve();
  };

  const params = { name: "slow", _meta: { progressToken: 7 } };
  await sessions.call("tools/call", params, { onNotification });

  assert.deepEqual(heard, [{ progressToken: 7, progress: 1 }]);
  assert.deepEqual(sessions.unasked.notifications, []);
});

Deno.test("a task's progress keeps the token of the call that began it", async () => {
  const began = Promise.withResolvers<number | undefined>();
  await using upstream = startRaw(async ({ method, body }) => {
    if (method === "POST") {
      queueMicrotask(() => setTimeout(() => began.resolve(body.id), 20));
      return Response.json({ jsonrpc: "2.0", id: body.id, result: { task: { taskId: "t" } } });
    }
    const params = { progressToken: await began.promise, progress: 1 };
    return stream([event({ jsonrpc: "2.0", method: "notifications/progress", params })], true);
  });
  await using sessions = sessionsWith(upstream.url);

  await sessions.call("tools/call", { name: "slow", _meta: { progressToken: "mine" } });

  const { params } = await eventually("it is told", () => sessions.unasked.notifications[0]);
  assert.deepEqual(params, { progressToken: "mine", progress: 1 });
});

Deno.test("batches are taken apart, in answers and in events", async () => {
  const log = { jsonrpc: "2.0", method: "notifications/message", params: { data: "one" } };
  const ping = { jsonrpc: "2.0", id: "p", method: "ping" };
  await using upstream = startRaw(({ method, body }) => {
    if (method === "GET") return stream([event([CHANGED, CHANGED])], true);
    const batch = [log, ping, said(body.id, "batched")];
    return body.params?.name === "json" ? Response.json(batch) : stream([event(batch)]);
  });
  await using sessions = sessionsWith(upstream.url);
  const heard: unknown[] = [];
  const onNotification = ({ method }: RpcNotification) => void heard.push(method);

  const texts = [
    await sessions.tool("json", {}, { onNotification }),
    await sessions.tool("stream", {}, { onNotification }),
  ];

  assert.deepEqual(texts, ["batched", "batched"]);
  assert.deepEqual(heard, ["notifications/message", "notifications/message"]);
  await eventually("both changes are told", () => sessions.unasked.notifications.length === 2);
  await eventually("both pings are answered", () => {
    return upstream.seen.filter(({ body }) => body.id as unknown === "p").length === 2;
  });
  const pongs = upstream.seen.filter(({ body }) => body.id as unknown === "p");
  assert.deepEqual(pongs.map(({ body }) => body.result), [{}, {}]);
});

Deno.test("what comes on a call's stream and is not the call's goes to the session's owner", async () => {
  await using upstream = startRaw(({ method, body }) => {
    if (method === "GET") return NONE.clone();
    return stream([event(CHANGED), event(said(body.id, "hi"))]);
  });
  await using sessions = sessionsWith(upstream.url);
  const heard: RpcNotification[] = [];

  await sessions.tool("echo", {}, { onNotification: (one) => void heard.push(one) });

  assert.deepEqual(heard, []);
  assert.deepEqual(sessions.unasked.notifications, [CHANGED]);
});

Deno.test("streams end with their session", async () => {
  let open = 0;
  await using upstream = startRaw(({ method, body }) => {
    if (method === "POST") return Response.json(said(body.id, "hi"));
    open++;
    const endless = new ReadableStream({ cancel: () => void open-- });
    return new Response(endless, { headers: { "content-type": "text/event-stream" } });
  });
  await using sessions = sessionsWith(upstream.url);
  await sessions.tool("echo");
  await eventually("the stream is open", () => open === 1);

  sessions.pool.endOf(legacyCaller());

  await eventually("the stream is closed", () => open === 0);
});

Deno.test("a session that a server begins in a version that nobody speaks is ended there", async () => {
  const ended: (string | null)[] = [];
  await using http = serveLocally(async (request) => {
    if (request.method === "DELETE") {
      ended.push(request.headers.get("mcp-session-id"));
      return new Response(null, { status: 204 });
    }
    const { id } = await request.json();
    const result = { protocolVersion: "1999-01-01", capabilities: {}, serverInfo: {} };
    return Response.json({ jsonrpc: "2.0", id, result }, { headers: { "mcp-session-id": "s-1" } });
  });
  await using sessions = sessionsWith(http.origin);

  await assert.rejects(sessions.tool("echo"), /offers the unknown protocol version "1999-01-01"/);

  await eventually("it is ended", () => ended.length === 1);
  assert.deepEqual(ended, ["s-1"]);
});
