import assert from "node:assert/strict";
import type { RpcRequest, RpcResponse } from "../../core/mcp/message.ts";
import { ServerQuestions } from "../../core/upstream/server_questions.ts";
import { eventually } from "../_support/eventually.ts";
import { askOutside, TALKATIVE_KINDS } from "../_support/session_upstreams.ts";
import { answerOf, legacyCaller, modernCaller, sessionsWith } from "./_sessions.ts";

for (const { name, route, start } of TALKATIVE_KINDS) {
  Deno.test(`${name}: what a server asks in a call is answered by that call's client`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });

    const text = await sessions.tool("ask");

    assert.deepEqual(JSON.parse(text), { action: "accept", content: { where: "in the call" } });
    assert.deepEqual(sessions.unasked.requests, []);
  });

  Deno.test(`${name}: what a server asks outside of calls is answered by the owner`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    await sessions.tool("echo");
    await eventually("the stream is open", () => {
      return route === "sse" || upstream.journal.requests.some(({ method }) => method === "GET");
    });

    const answer = await askOutside(upstream.sessions()[0]);

    assert.deepEqual(answer, { action: "accept", content: { where: "outside" } });
    assert.deepEqual(sessions.unasked.requests.map(({ method }) => method), ["elicitation/create"]);
  });

  Deno.test(`${name}: a caller without a session is asked what is asked beside its call`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });

    const text = await sessions.tool("ask_beside", {}, { caller: modernCaller() });

    assert.deepEqual(JSON.parse(text), { action: "accept", content: { where: "in the call" } });
    assert.deepEqual(sessions.unasked.requests, []);
  });

  Deno.test(`${name}: a question that the server takes back ends, unanswered`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const asked = Promise.withResolvers<AbortSignal>();
    const onRequest = (request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> => {
      asked.resolve(signal);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(answerOf(request, "too late")));
      });
    };

    const text = await sessions.tool("ask_and_take_back", {}, { onRequest });

    assert.equal(text, "taken back");
    assert.match(String((await asked.promise).reason), /The server took its request back/);
    await sessions.tool("echo");
    const answers = upstream.journal.requests.filter(({ body }) => body.includes("too late"));
    assert.deepEqual(answers, []);
  });

  Deno.test(`${name}: a question ends with the call in which it was asked`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const ending = new AbortController();
    const asked = Promise.withResolvers<AbortSignal>();
    const onRequest = (request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> => {
      asked.resolve(signal);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(answerOf(request, "after all")));
      });
    };

    const call = sessions.tool("ask", {}, { onRequest, signal: ending.signal });
    call.catch(() => {});
    const signal = await asked.promise;
    ending.abort(new Error("taken back"));

    await assert.rejects(call);
    assert.match(String(signal.reason), /The request is over/);
  });

  Deno.test(`${name}: a server is told the caller's capabilities and version`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const older = { protocolVersion: "2025-06-18", info: {}, capabilities: { sampling: {} } };
    const info = { name: "old", version: "1" };

    await sessions.tool("echo", {}, { caller: legacyCaller({ client: { ...older, info } }) });
    await sessions.tool("echo", {}, { caller: modernCaller() });

    const asked = upstream.journal.withRpcMethod("initialize").map(({ body }) => {
      const { protocolVersion, capabilities } = JSON.parse(body).params;
      return { protocolVersion, capabilities };
    });
    assert.deepEqual(asked, [
      { protocolVersion: "2025-06-18", capabilities: { sampling: {} } },
      { protocolVersion: "2025-11-25", capabilities: { elicitation: {} } },
    ]);
  });
}

Deno.test("callers who declare different capabilities have different sessions", async () => {
  const [{ start }] = TALKATIVE_KINDS;
  await using upstream = await start();
  await using sessions = sessionsWith(upstream.url);
  const { client } = legacyCaller();
  const withRoots = legacyCaller({ client: { ...client, capabilities: { roots: {} } } });

  await sessions.tool("echo");
  await sessions.tool("echo", {}, { caller: withRoots });
  await sessions.tool("echo");

  assert.equal(sessions.pool.size, 2);
  assert.equal(upstream.journal.withRpcMethod("initialize").length, 2);
});

Deno.test("callers who have no session and cannot be asked open no stream beside calls", async () => {
  const [{ start }] = TALKATIVE_KINDS;
  await using upstream = await start();
  await using sessions = sessionsWith(upstream.url);
  const { client } = modernCaller();
  const caller = { ...modernCaller(), client: { ...client, capabilities: {} } };

  await sessions.tool("echo", {}, { caller });
  await sessions.tool("echo", {}, { caller });

  assert.deepEqual(upstream.journal.requests.filter(({ method }) => method === "GET"), []);
});

Deno.test("a server that floods with pings and questions is not answered without a limit", async () => {
  let posting = 0;
  const posted = Promise.withResolvers<void>();
  const questions = new ServerQuestions(() => {
    posting++;
    return posted.promise;
  });
  const asked: RpcRequest[] = [];
  const answers = Promise.withResolvers<void>();
  const ask = async (request: RpcRequest) => {
    asked.push(request);
    await answers.promise;
    return answerOf(request, "by a person");
  };

  for (let id = 0; id < 5_000; id++) {
    questions.take({ jsonrpc: "2.0", id: `ping-${id}`, method: "ping" }, null, ask);
    questions.take({ jsonrpc: "2.0", id, method: "elicitation/create" }, null, ask);
  }
  assert.equal(asked.length, 100);
  assert.equal(posting, 100);

  answers.resolve();
  await eventually("what people said is sent all the same", () => posting === 200);
  posted.resolve();
});
