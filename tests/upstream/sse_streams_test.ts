import assert from "node:assert/strict";
import { JsonFault } from "../../core/mcp/json_lexer.ts";
import type { LargeAnswer } from "../../core/upstream/upstream.ts";
import { eventually } from "../_support/eventually.ts";
import { serveLocally } from "../_support/upstream.ts";
import { sessionsWith } from "./_sessions.ts";

interface Asked {
  id?: unknown;
  method: string;
  params: { name?: string; protocolVersion?: string };
}

const encoder = new TextEncoder();

/** An HTTP+SSE server that answers nothing by itself: `onAsked` says what it sends. */
function startSse(onAsked: (asked: Asked, say: (json: string) => void) => void) {
  const asked: Asked[] = [];
  let stream: ReadableStreamDefaultController<Uint8Array> | null = null;
  const say = (json: string) => stream?.enqueue(encoder.encode(`data: ${json}\n\n`));
  const http = serveLocally(async (request) => {
    if (request.method === "GET") {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          stream = controller;
          controller.enqueue(encoder.encode("event: endpoint\ndata: /post\n\n"));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    const one = await request.json();
    asked.push(one);
    onAsked(one, say);
    return new Response(null, { status: 202 });
  });
  return { ...http, asked, say };
}

function greet({ id, method }: Asked, say: (json: string) => void): void {
  if (method !== "initialize") return;
  const result = { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: {} };
  say(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

/** Takes large answers, and refuses one that is another's. */
const LARGE = {
  isWelcome: () => true,
  async pass({ chunks, askedId }: LargeAnswer) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
    const { id, result } = JSON.parse(await new Blob(parts).text());
    if (id !== askedId) throw new JsonFault("another's");
    return result;
  },
};

Deno.test("a large answer that comes too late is not taken for that of the next call", async () => {
  const result = { content: [{ type: "text", text: "x".repeat(2 * 1024 * 1024) }] };
  for (const isIdFirst of [true, false]) {
    await using upstream = startSse(greet);
    await using sessions = sessionsWith(upstream.origin, { route: "sse" });
    const leaving = new AbortController();
    const calls = () => upstream.asked.filter(({ method }) => method === "tools/call");

    const first = sessions.tool("first", {}, { large: LARGE, signal: leaving.signal });
    await eventually("it is called", () => calls().length === 1);
    leaving.abort(new Error("Taken back"));
    await assert.rejects(first, /Taken back/);
    const second = sessions.tool("second", {}, { large: LARGE });
    await eventually("it is called too", () => calls().length === 2);

    const [late, own] = calls();
    const message = { jsonrpc: "2.0", result };
    upstream.say(
      JSON.stringify(isIdFirst ? { id: late.id, ...message } : { ...message, id: late.id }),
    );
    upstream.say(
      JSON.stringify({ jsonrpc: "2.0", id: own.id, result: { content: [{ text: "own" }] } }),
    );

    assert.equal(await second, "own", `the id comes ${isIdFirst ? "first" : "last"}`);
  }
});

Deno.test("a client that does not read its answer holds up its session no longer than its call", async () => {
  const result = { content: [{ type: "text", text: "x".repeat(4 * 1024 * 1024) }] };
  await using upstream = startSse((asked, say) => {
    greet(asked, say);
    const { id, method, params } = asked;
    if (method !== "tools/call") return;
    const own = { content: [{ type: "text", text: "own" }] };
    say(JSON.stringify({ jsonrpc: "2.0", id, result: params.name === "large" ? result : own }));
  });
  await using sessions = sessionsWith(upstream.origin, { route: "sse" });
  const leaving = new AbortController();
  const taken = Promise.withResolvers<void>();
  const large = {
    isWelcome: () => true,
    async pass({ chunks }: LargeAnswer): Promise<never> {
      for await (const _ of chunks) {
        taken.resolve();
        await new Promise<never>(() => {});
      }
      throw new Error("There is an answer");
    },
  };

  const first = sessions.tool("large", {}, { large, signal: leaving.signal });
  await taken.promise;
  const second = sessions.tool("small");
  leaving.abort(new Error("Too late"));

  await assert.rejects(first, /Too late/);
  assert.equal(await second, "own");
});

Deno.test("an old server that refuses a version is asked for one that it names", async () => {
  await using upstream = startSse((asked, say) => {
    const { id, method, params } = asked;
    if (method !== "initialize") {
      if (id !== undefined) say(JSON.stringify({ jsonrpc: "2.0", id, result: { content: [] } }));
      return;
    }
    if (params.protocolVersion === "2024-11-05") return greet(asked, say);
    const data = { supported: ["2024-11-05"], requested: params.protocolVersion };
    const error = { code: -32602, message: "Unsupported protocol version", data };
    say(JSON.stringify({ jsonrpc: "2.0", id, error }));
  });
  await using sessions = sessionsWith(upstream.origin, { route: "sse" });

  const { result } = await sessions.call("tools/call", { name: "echo" });

  assert.deepEqual(result, { content: [] });
  const versions = upstream.asked.filter(({ method }) => method === "initialize")
    .map(({ params }) => params.protocolVersion);
  assert.deepEqual(versions, ["2025-11-25", "2024-11-05"]);
});
