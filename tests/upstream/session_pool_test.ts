import assert from "node:assert/strict";
import { TokenId } from "../../core/ids.ts";
import { eventually } from "../_support/eventually.ts";
import { startTalkativeSse, startTalkativeStreamable } from "../_support/session_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { legacyCaller, sessionsWith, targetAt } from "./_sessions.ts";

const ELEVEN_MINUTES = 11 * 60_000;

function member(letter: string): TokenId {
  return TokenId.parse(`tok_${letter.repeat(20)}`);
}

function client(sessionKey: string, memberId = member("a")) {
  return { caller: legacyCaller({ sessionKey, memberId }) };
}

Deno.test("a session that nobody used for ten minutes ends, at the server too", async () => {
  await using upstream = startTalkativeStreamable();
  await using sessions = sessionsWith(upstream.url);
  await sessions.tool("echo", {}, client("one"));
  await sessions.tool("echo", {}, client("two"));

  sessions.advance(ELEVEN_MINUTES);
  await sessions.tool("echo", {}, client("two"));
  sessions.pool.sweep();

  assert.equal(sessions.pool.size, 1);
  await eventually("the server ended it", () => upstream.sessions().length === 1);
});

Deno.test("a session whose client listens, or that is attended or used, is not idle", async () => {
  await using upstream = startTalkativeStreamable();
  await using sessions = sessionsWith(upstream.url);
  const ending = new AbortController();
  const ready = Promise.withResolvers<void>();
  const hold = sessions.pool.hold(legacyCaller({ sessionKey: "held" }));
  await sessions.tool("echo", {}, client("held"));
  const waiting = sessions.tool("wait", {}, { ...client("used"), signal: ending.signal });
  waiting.catch(() => {});
  const attended = sessions.attend({
    ...client("attended"),
    filter: { toolsListChanged: true },
    signal: ending.signal,
    onReady: () => ready.resolve(),
  });
  await ready.promise;

  sessions.advance(ELEVEN_MINUTES);
  sessions.pool.sweep();
  assert.equal(sessions.pool.size, 3);

  hold[Symbol.dispose]();
  sessions.pool.sweep();
  assert.equal(sessions.pool.size, 2);

  ending.abort();
  await assert.rejects(waiting);
  await attended;
  sessions.advance(ELEVEN_MINUTES);
  sessions.pool.sweep();
  assert.equal(sessions.pool.size, 0);
});

Deno.test("a member with too many sessions loses the one idle for longest", async () => {
  await using upstream = startTalkativeStreamable();
  await using sessions = sessionsWith(upstream.url, { limits: { perProcess: 9, perMember: 2 } });
  using _hold = sessions.pool.hold(legacyCaller({ sessionKey: "held" }));

  for (const key of ["held", "idle", "new"]) {
    await sessions.tool("echo", {}, client(key));
    sessions.advance(1);
  }
  await sessions.tool("echo", {}, client("elsewhere", member("b")));

  const open = ["held", "idle", "new"].filter((sessionKey) => {
    return sessions.pool.sessionsOf({ memberId: member("a"), sessionKey }).length > 0;
  });
  assert.deepEqual(open, ["held", "new"]);
  assert.equal(sessions.pool.size, 3);
});

Deno.test("no session is opened when all that there may be are in use", async () => {
  await using upstream = startTalkativeStreamable();
  await using sessions = sessionsWith(upstream.url, { limits: { perProcess: 1, perMember: 9 } });
  const ending = new AbortController();
  const waiting = sessions.tool("wait", {}, { ...client("one"), signal: ending.signal });
  waiting.catch(() => {});

  await assert.rejects(
    sessions.tool("echo", {}, client("two", member("b"))),
    /Cannot open a session: 1 are in use/,
  );

  ending.abort();
  await assert.rejects(waiting);
  assert.equal(await sessions.tool("echo", { text: "hi" }, client("two", member("b"))), "hi");
});

Deno.test("the gateway's own sessions are not counted as one member's", async () => {
  await using upstream = startTalkativeStreamable();
  await using sessions = sessionsWith(upstream.url, { limits: { perProcess: 9, perMember: 1 } });

  for (let round = 0; round < 3; round++) {
    const caller = legacyCaller({ memberId: "gateway", sessionKey: "watch" });
    await sessions.tool("echo", {}, { caller, target: targetAt(upstream.url) });
  }

  assert.equal(sessions.pool.size, 3);
});

Deno.test("a session with older secrets ends when its last call does", async () => {
  await using upstream = startTalkativeStreamable();
  await using sessions = sessionsWith(upstream.url);
  const ending = new AbortController();
  const waiting = sessions.tool("wait", {}, { signal: ending.signal });
  waiting.catch(() => {});
  await eventually("it runs", () => upstream.journal.withRpcMethod("tools/call").length === 1);

  const newer = { ...sessions.target, fingerprint: "newer" };
  await sessions.tool("echo", {}, { target: newer });
  assert.equal(sessions.pool.size, 2);
  ending.abort();
  await assert.rejects(waiting);

  assert.equal(sessions.pool.size, 1);
});

Deno.test("every server of a session is told what its client says to all", async () => {
  await using one = startTalkativeStreamable();
  await using other = await startTalkativeSse();
  await using streamable = sessionsWith(one.url);
  await using sse = sessionsWith(other.url, { route: "sse" });
  const changed = { jsonrpc: "2.0" as const, method: "notifications/roots/list_changed" };
  for (const sessions of [streamable, sse]) {
    await sessions.tool("echo");
    await sessions.tool("echo", {}, client("another"));

    await sessions.pool.notifyAll(legacyCaller(), changed);
  }

  for (const { journal } of [one, other]) {
    assert.equal(journal.withRpcMethod("notifications/roots/list_changed").length, 1);
  }
});

Deno.test("HTTP+SSE: a post that fails is no other call's failure", async () => {
  const upstream = startPicky();
  await using _closing = upstream;
  await using sessions = sessionsWith(upstream.url, { route: "sse" });
  const slow = sessions.tool("slow");

  await eventually("it runs", () => upstream.isWaiting());
  for (const status of [400, 404, 413, 500]) {
    const refused = sessions.tool(String(status));
    await assert.rejects(refused, new RegExp(`HTTP ${status}`));
  }
  upstream.finish();

  assert.equal(await slow, "done");
  assert.equal(upstream.opened(), 1);
});

Deno.test("HTTP+SSE: a session that refuses every post is opened again", async () => {
  const upstream = startPicky();
  await using _closing = upstream;
  await using sessions = sessionsWith(upstream.url, { route: "sse" });
  assert.equal(await sessions.tool("quick"), "done");

  upstream.forget();
  const text = await sessions.tool("quick");

  assert.equal(text, "done");
  assert.equal(upstream.opened(), 2);
});

/** An HTTP+SSE server that refuses posts of tools that are called like a status. */
function startPicky() {
  const encoder = new TextEncoder();
  const finishing = Promise.withResolvers<void>();
  let opened = 0;
  let forgotten = 0;
  let isWaiting = false;
  const streams = new Map<number, ReadableStreamDefaultController<Uint8Array>>();
  const say = (stream: number, event: string, data: string) =>
    streams.get(stream)?.enqueue(encoder.encode(`event: ${event}\ndata: ${data}\n\n`));

  async function answer(stream: number, id: unknown, method: string, name: string) {
    if (name === "slow") {
      isWaiting = true;
      await finishing.promise;
    }
    const result = method === "initialize"
      ? { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: {} }
      : { content: [{ type: "text", text: "done" }] };
    say(stream, "message", JSON.stringify({ jsonrpc: "2.0", id, result }));
  }

  const http = serveLocally(async (request) => {
    const stream = Number(new URL(request.url).searchParams.get("s"));
    if (request.method === "GET") {
      const at = ++opened;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          streams.set(at, controller);
          say(at, "endpoint", `/?s=${at}`);
        },
        cancel: () => void streams.delete(at),
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    const { id, method, params } = await request.json();
    if (stream <= forgotten) return new Response("no such session", { status: 404 });
    const name = String(params?.name);
    if (/^\d+$/.test(name)) return new Response(null, { status: Number(name) });
    if (id !== undefined) void answer(stream, id, method, name);
    return new Response(null, { status: 202 });
  });

  return {
    url: http.origin,
    isWaiting: () => isWaiting,
    finish: finishing.resolve,
    opened: () => opened,
    forget: () => void (forgotten = opened),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}
