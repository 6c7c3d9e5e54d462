import assert from "node:assert/strict";
import { HeldCall } from "../../core/gateway/held_call.ts";
import { HeldElsewhere } from "../../core/gateway/held_elsewhere.ts";
import { TakenBack } from "../../core/gateway/in_flight.ts";
import type { UpstreamCall } from "../../core/upstream/upstream.ts";
import { Server } from "@modelcontextprotocol/sdk/server";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport as Transport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { CallToolRequestSchema, ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { QUESTION } from "../_support/session_upstreams.ts";
import { RpcFailure } from "../_support/toolbox.ts";
import { serveLocally } from "../_support/upstream.ts";
import { processes } from "./_mails.ts";
import { answerIn, modern } from "./_requests.ts";
import { startWorld } from "./_world.ts";

const PAGE = { mode: "url", message: "Sign in", url: "https://login.test/", elicitationId: "e" };

/** A server that asks something and then wants a page opened. */
async function startDemanding() {
  const server = new Server({ name: "demanding", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, async (_, extra) => {
    await extra.sendRequest(QUESTION, ResultSchema);
    throw new RpcFailure({ code: -32042, message: "Open it", data: { elicitations: [PAGE] } });
  });
  const transport = new Transport({ sessionIdGenerator: () => crypto.randomUUID() });
  await server.connect(transport);
  const http = serveLocally((request) => transport.handleRequest(request));
  return {
    url: `${http.origin}/mcp`,
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

Deno.test("a modern client is asked to open what a server wants opened, after other rounds too", async () => {
  await using upstream = await startDemanding();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const capabilities = { elicitation: { form: {}, url: {} } };
  const meta = { "io.modelcontextprotocol/clientCapabilities": capabilities };
  const call = async (more: Record<string, unknown>) => {
    const params = { name: "notes__ask", arguments: {}, ...more };
    return await answerIn(await world.send(modern(token, "tools/call", params, { meta })));
  };

  const { result: first } = await call({});
  const [key] = Object.keys(first.inputRequests);
  const { requestState } = first;
  const inputResponses = { [key]: { action: "accept", content: {} } };
  const { result: second, error } = await call({ requestState, inputResponses });

  assert.equal(error, undefined);
  assert.deepEqual(Object.values(second.inputRequests), [{
    method: "elicitation/create",
    params: { mode: "url", message: "Sign in", url: "https://login.test/" },
  }]);
});

Deno.test("HeldCall does not wait for a question that was taken back before it was asked", async () => {
  const call = { caller: { client: { capabilities: { roots: {} } } } } as unknown as UpstreamCall;
  const request = { jsonrpc: "2.0" as const, id: 1, method: "roots/list" };
  const held = new HeldCall(async ({ onRequest }) => {
    const response = await onRequest(request, AbortSignal.abort());
    return { response, route: "streamable", status: 200 };
  }, call);

  const next = await held.next(() => {}, new AbortController().signal);

  assert.match(JSON.stringify(next), /taken back/);
});

Deno.test("HeldElsewhere tells the holder that a client has left, however soon it did", async () => {
  await using world = await processes("one", "two");
  const left = Promise.withResolvers<unknown>();
  new HeldElsewhere(world.mails[0], {
    resume(_id, _memberId, _responses, _tell, signal) {
      signal.addEventListener("abort", () => left.resolve(signal.reason));
      return new Promise(() => {});
    },
  });
  await world.mails[0].ready();
  const elsewhere = new HeldElsewhere(world.mails[1], { resume: () => assert.fail("not here") });
  const held = { instanceId: "one", id: "h", memberId: "m", responses: {} };
  const round = { tell: () => {}, timeoutMs: 60_000 };

  const signal = AbortSignal.abort(new TakenBack("The client left"));
  const resumed = elsewhere.resume(held, { ...round, signal });

  await assert.rejects(resumed, TakenBack);
  assert.ok(await left.promise instanceof TakenBack);
});
