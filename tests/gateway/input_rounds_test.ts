import assert from "node:assert/strict";
import { GatewayError } from "../../core/errors.ts";
import { inRounds } from "../../core/gateway/input_rounds.ts";
import { newServerId, newTokenId } from "../../core/ids.ts";
import type { JsonObject, RpcRequest, RpcResponse } from "../../core/mcp/message.ts";
import {
  NO_HEADERS,
  type UpstreamAnswer,
  type UpstreamCall,
} from "../../core/upstream/upstream.ts";

/** A call of a legacy client that answers every question by `answer`. */
function callOf(
  answer: (request: RpcRequest) => Partial<RpcResponse>,
  capabilities: JsonObject = { elicitation: { form: {}, url: {} }, roots: {} },
): UpstreamCall {
  return {
    target: {
      id: newServerId(),
      slug: "forms",
      url: new URL("http://forms.test/mcp"),
      injections: [],
      searched: [],
      fingerprint: "f",
      timeoutMs: 1_000,
    } as unknown as UpstreamCall["target"],
    caller: {
      memberId: newTokenId(),
      sessionKey: "s",
      era: "legacy",
      client: { protocolVersion: "2025-11-25", info: {}, capabilities },
      headers: NO_HEADERS,
    },
    id: 7,
    method: "tools/call",
    params: { name: "ask", arguments: { a: 1 } },
    paramHeaders: [],
    signal: new AbortController().signal,
    timeoutMs: 1_000,
    isRepeatable: false,
    onNotification: () => {},
    onRequest: (request) =>
      Promise.resolve({ jsonrpc: "2.0", id: request.id, ...answer(request) } as RpcResponse),
  };
}

/** A server that gives these results, one after the other, and keeps what it was sent. */
function serverOf(...results: JsonObject[]) {
  const sent: UpstreamCall[] = [];
  const send = (call: UpstreamCall): Promise<UpstreamAnswer> => {
    const result = results[Math.min(sent.length, results.length - 1)];
    sent.push(call);
    const response = { jsonrpc: "2.0" as const, id: call.id, result };
    return Promise.resolve({ response, route: "modern", status: 200 });
  };
  return { send, sent };
}

const NAME_FORM = {
  method: "elicitation/create",
  params: { message: "Who?", requestedSchema: { type: "object", properties: {} } },
};

Deno.test("what a server wants is asked, and goes back with its state byte for byte", async () => {
  const state = "opaque \u0000 “state” …";
  const { send, sent } = serverOf(
    {
      resultType: "input_required",
      inputRequests: { who: NAME_FORM, where: { method: "roots/list" } },
      requestState: state,
    },
    { content: [] },
  );
  const asked: string[] = [];

  const answer = await inRounds(
    send,
    callOf(({ method }) => {
      asked.push(method);
      return method === "roots/list"
        ? { result: { roots: [] } }
        : { result: { action: "accept", content: { name: "Ada" } } };
    }),
  );

  assert.deepEqual(answer.response.result, { content: [] });
  assert.deepEqual(asked.sort(), ["elicitation/create", "roots/list"]);
  assert.notEqual(sent[1].id, sent[0].id);
  assert.deepEqual(sent[1].params, {
    name: "ask",
    arguments: { a: 1 },
    requestState: state,
    inputResponses: {
      who: { action: "accept", content: { name: "Ada" } },
      where: { roots: [] },
    },
  });
});

Deno.test("a state of an earlier round is not sent where the last round had none", async () => {
  const { send, sent } = serverOf(
    { resultType: "input_required", inputRequests: { who: NAME_FORM }, requestState: "one" },
    { resultType: "input_required", inputRequests: { who: NAME_FORM } },
    { content: [] },
  );

  await inRounds(send, callOf(() => ({ result: { action: "accept", content: {} } })));

  assert.equal(sent[1].params?.requestState, "one");
  assert.ok(!("requestState" in (sent[2].params ?? {})));
});

Deno.test("a client is not asked for what it cannot do; the server is named", async () => {
  const { send } = serverOf({
    resultType: "input_required",
    inputRequests: { say: { method: "sampling/createMessage", params: { messages: [] } } },
  });

  await assert.rejects(
    inRounds(send, callOf(() => assert.fail("was asked"))),
    (error) => error instanceof GatewayError && /"forms" asked for sampling/.test(error.message),
  );
});

Deno.test("a client that answers with an error ends the call with a sentence that says so", async () => {
  const { send, sent } = serverOf({
    resultType: "input_required",
    inputRequests: { who: NAME_FORM },
  });

  await assert.rejects(
    inRounds(send, callOf(() => ({ error: { code: -1, message: "The user said no" } }))),
    /the client answered: The user said no/,
  );
  assert.equal(sent.length, 1);
});

Deno.test("a page is opened once, however often its server asks until it is done", async () => {
  const page = {
    method: "elicitation/create",
    params: { mode: "url", message: "Sign in", url: "https://login.test/" },
  };
  const pending = { resultType: "input_required", inputRequests: { page }, requestState: "s" };
  const { send, sent } = serverOf(pending, pending, { content: [] });
  const seen: unknown[] = [];

  await inRounds(
    send,
    callOf(({ params }) => {
      seen.push(params?.elicitationId);
      return { result: { action: "accept" } };
    }),
  );

  assert.equal(seen.length, 1);
  assert.equal(typeof seen[0], "string");
  assert.deepEqual(sent.map(({ params }) => params?.inputResponses), [
    undefined,
    { page: { action: "accept" } },
    { page: { action: "accept" } },
  ]);
});

Deno.test("a server that never has enough is given up", async () => {
  const { send, sent } = serverOf({
    resultType: "input_required",
    inputRequests: { who: NAME_FORM },
  });

  await assert.rejects(
    inRounds(send, callOf(() => ({ result: { action: "accept", content: {} } }))),
    /asked for input more than 50 times/,
  );
  assert.equal(sent.length, 51);
});

Deno.test("once one question has failed, the others are taken back", async () => {
  const { send } = serverOf({
    resultType: "input_required",
    inputRequests: { who: NAME_FORM, where: { method: "roots/list" } },
  });
  const call = callOf(() => ({ error: { code: -1, message: "No" } }));
  const takenBack = Promise.withResolvers<void>();

  const ended = inRounds(send, {
    ...call,
    onRequest(request, signal) {
      if (request.method === "roots/list") return call.onRequest(request, signal);
      signal.addEventListener("abort", () => takenBack.resolve());
      return new Promise(() => {});
    },
  });

  await assert.rejects(ended, /the client answered: No/);
  await takenBack.promise;
});
