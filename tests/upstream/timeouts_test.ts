import assert from "node:assert/strict";
import type { RpcResponse } from "../../core/mcp/message.ts";
import { serveLocally } from "../_support/upstream.ts";
import { callerOf, failureOf, startBench, targetAt, toolCall } from "./_connector.ts";
import { startScripted } from "./_scripted.ts";

Deno.test("a server that does not begin to speak is told apart by its connect timeout", async () => {
  await using http = serveLocally(() => new Promise<Response>(() => {}));
  await using bench = await startBench();
  const target = targetAt(http.origin, { timeouts: { connectSeconds: 1 } });

  const { code, message } = await failureOf(bench.connector.request(toolCall(target, "echo")));

  assert.equal(code, "upstream_timeout");
  assert.equal(message, 'Server "notes" did not begin to speak within 1 s (connect timeout)');
});

Deno.test("an answer that does not begin is told apart by its first byte timeout", async () => {
  await using server = await startScripted();
  await using bench = await startBench();
  const target = targetAt(server.url, { timeouts: { firstByteSeconds: 1 } });
  server.script = () => {};

  const { code, message } = await failureOf(bench.connector.request(toolCall(target, "echo")));

  assert.equal(code, "upstream_timeout");
  assert.equal(message, 'Server "notes" sent nothing of an answer within 1 s (first byte timeout)');
});

Deno.test("an answer that pauses is told apart by its idle timeout", async () => {
  await using server = await startScripted();
  await using bench = await startBench();
  const target = targetAt(server.url, { timeouts: { firstByteSeconds: 30, idleSeconds: 1 } });
  server.script = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"jsonrpc":');
  };

  const { code, message } = await failureOf(bench.connector.request(toolCall(target, "echo")));

  assert.equal(code, "upstream_timeout");
  assert.equal(
    message,
    'Server "notes" fell silent in the middle of an answer for 1 s (idle timeout)',
  );
});

Deno.test("signs of life keep an answer from its idle and first byte timeouts", async () => {
  await using server = await startScripted();
  await using bench = await startBench();
  const target = targetAt(server.url, { timeouts: { firstByteSeconds: 1, idleSeconds: 1 } });
  server.script = (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let signs = 0;
    const timer = setInterval(() => {
      response.write(": still here\n\n");
      if (++signs < 8) return;
      clearInterval(timer);
      const result = { content: [] };
      response.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id: request.id, result })}\n\n`);
    }, 250);
  };

  const { response } = await bench.connector.request(toolCall(target, "echo"));

  assert.ok(response.result);
});

Deno.test("a call that takes too long in all is told so, whatever signs of life it gave", async () => {
  await using server = await startScripted();
  await using bench = await startBench();
  const target = targetAt(server.url, { timeouts: { idleSeconds: 5, totalSeconds: 1 } });
  server.script = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => response.write(": still here\n\n"), 100);
    response.on("close", () => clearInterval(timer));
  };

  const { code, message } = await failureOf(bench.connector.request(toolCall(target, "echo")));

  assert.equal(code, "upstream_timeout");
  assert.equal(message, 'Server "notes" did not answer within 1 s (total timeout)');
});

Deno.test("a call's own limit holds beside the server's, and names its seconds", async () => {
  await using server = await startScripted();
  await using bench = await startBench();
  server.script = () => {};
  const call = toolCall(targetAt(server.url), "echo", { timeoutMs: 500 });

  const { message } = await failureOf(bench.connector.request(call));

  assert.equal(message, 'Server "notes" did not answer within 0.5 s (total timeout)');
});

Deno.test("the time in which a person is asked something is not the server's", async () => {
  await using server = startAsking();
  await using bench = await startBench();
  const target = targetAt(server.origin, { timeouts: { totalSeconds: 1, idleSeconds: 1 } });
  const call = toolCall(target, "ask", {
    caller: callerOf("legacy"),
    onRequest: (request) => answerLater({ jsonrpc: "2.0", id: request.id, result: {} }, 2_500),
  });

  const { response } = await bench.connector.request(call);

  assert.deepEqual(response.result, { content: [] });
});

Deno.test("time that was used up before a question is not given back after it", async () => {
  await using server = startAsking({ isAnswering: false });
  await using bench = await startBench();
  const target = targetAt(server.origin, { timeouts: { totalSeconds: 1 } });
  const call = toolCall(target, "ask", {
    caller: callerOf("legacy"),
    onRequest: (request) => answerLater({ jsonrpc: "2.0", id: request.id, result: {} }, 1_500),
  });

  const { message } = await failureOf(bench.connector.request(call));

  assert.equal(message, 'Server "notes" did not answer within 1 s (total timeout)');
});

/** A legacy server that asks its client something in the course of each call. */
function startAsking({ isAnswering = true } = {}) {
  let streaming: ReadableStreamDefaultController<Uint8Array> | undefined;
  let callId: unknown;
  const send = (message: unknown) => {
    streaming?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`));
  };

  return serveLocally(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const message = await request.json();
    if (message.method === "initialize") {
      const serverInfo = { name: "asking", version: "1" };
      const result = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo };
      return Response.json({ jsonrpc: "2.0", id: message.id, result });
    }
    if (message.method === "tools/call") {
      callId = message.id;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => void (streaming = controller),
      });
      send({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: {} });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    if (message.id === "q" && isAnswering) {
      send({ jsonrpc: "2.0", id: callId, result: { content: [] } });
    }
    return new Response(null, { status: 202 });
  });
}

function answerLater(response: RpcResponse, delayMs: number): Promise<RpcResponse> {
  return new Promise((resolve) => setTimeout(() => resolve(response), delayMs));
}

Deno.test("who attends a server waits as long for it as its connect timeout says", async () => {
  await using http = serveLocally(async (request) => {
    if (request.method === "GET") return await new Promise<Response>(() => {});
    const { id, method } = await request.json();
    if (method === "subscriptions/listen") return await new Promise<Response>(() => {});
    const result = {
      protocolVersion: "2025-11-25",
      capabilities: { tools: { listChanged: true } },
    };
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  await using bench = await startBench();

  for (const protocol of ["2026-07-28", "2025-11-25"] as const) {
    const target = targetAt(http.origin, { protocol, timeouts: { connectSeconds: 1 } });
    const attending = bench.connector.attend({
      target,
      caller: callerOf("modern"),
      filter: { toolsListChanged: true },
      signal: new AbortController().signal,
      onReady: () => {},
      onNotification: () => {},
    });

    const { message } = await failureOf(attending);
    assert.equal(message, 'Server "notes" did not begin to speak within 1 s (connect timeout)');
  }
});

Deno.test("a person who is asked beside the call has the same time", async () => {
  const called = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  await using http = serveLocally(async (request) => {
    if (request.method === "DELETE") return new Response(null, { status: 202 });
    if (request.method === "GET") {
      await called.promise;
      const question = { jsonrpc: "2.0", id: "q", method: "elicitation/create", params: {} };
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(question)}\n\n`));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    const { id, method } = await request.json();
    if (method === undefined) answered.resolve();
    if (id === undefined || method === undefined) return new Response(null, { status: 202 });
    const greeting = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} };
    if (method === "initialize") return Response.json({ jsonrpc: "2.0", id, result: greeting });
    called.resolve();
    await answered.promise;
    return Response.json({ jsonrpc: "2.0", id, result: { content: [] } });
  });
  await using bench = await startBench({
    unsolicited: {
      notify: () => {},
      async ask(_owner, _target, { id }): Promise<RpcResponse> {
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        return { jsonrpc: "2.0", id, result: { action: "accept" } };
      },
    },
  });
  const timeouts = { totalSeconds: 2, firstByteSeconds: 2 };
  const target = targetAt(http.origin, { protocol: "2025-11-25", timeouts });
  const caller = callerOf("legacy", { sessionKey: "one" });

  const { response } = await bench.connector.request(toolCall(target, "ask", { caller }));

  assert.deepEqual(response.result, { content: [] });
});
