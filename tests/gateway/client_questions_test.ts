import assert from "node:assert/strict";
import { ClientAsks, type Question } from "../../core/gateway/client_asks.ts";
import { newTokenId } from "../../core/ids.ts";
import type { RpcNotification, RpcRequest } from "../../core/mcp/message.ts";
import { processes } from "./_mails.ts";

const CLIENT = {
  memberId: newTokenId(),
  sessionKey: "a session",
  client: { protocolVersion: "2025-11-25", info: {}, capabilities: { roots: {} } },
};

/** Names of processes have this length; a question's id tells which one waits. */
const [ONE, TWO] = ["one".padEnd(16, "0"), "two".padEnd(16, "0")];

function rootsRequest(progressToken?: string): RpcRequest {
  const params = progressToken === undefined ? {} : { _meta: { progressToken, kept: true } };
  return { jsonrpc: "2.0", id: "the server's own", method: "roots/list", params };
}

function answer(id: unknown) {
  return { jsonrpc: "2.0" as const, id: String(id), result: { roots: [] } };
}

/** A question whose messages end up in a list. */
function question(sent: (RpcNotification | RpcRequest)[], more: Partial<Question> = {}): Question {
  return {
    client: CLIENT,
    request: rootsRequest(),
    signal: new AbortController().signal,
    send(message) {
      sent.push(message);
      return Promise.resolve(true);
    },
    ...more,
  };
}

Deno.test("ClientAsks asks nothing that the client did not say it can do", async () => {
  await using world = await processes(ONE);
  const asks = new ClientAsks(world.mails[0]);
  const sent: RpcNotification[] = [];
  const request = { ...rootsRequest(), method: "sampling/createMessage" };

  const response = await asks.ask(question(sent, { request }));

  assert.deepEqual(sent, []);
  assert.equal(response.id, "the server's own");
  assert.equal(response.error?.code, -32601);
});

Deno.test("ClientAsks gives an answer under the server's id, of a question under an id of its own", async () => {
  await using world = await processes(ONE);
  const asks = new ClientAsks(world.mails[0]);
  const sent: RpcRequest[] = [];
  const send = (message: RpcNotification | RpcRequest) => {
    sent.push(message as RpcRequest);
    void asks.answered(CLIENT, answer(message.id));
    return Promise.resolve(true);
  };

  const [one, two] = await Promise.all([
    asks.ask(question([], { send })),
    asks.ask(question([], { send })),
  ]);

  assert.deepEqual([one.id, two.id], ["the server's own", "the server's own"]);
  assert.deepEqual(one.result, { roots: [] });
  assert.notEqual(sent[0].id, sent[1].id);
  assert.ok(sent.every(({ id }) => id !== "the server's own"));
});

Deno.test("ClientAsks translates the progress of a question, from whichever process it comes", async () => {
  await using world = await processes(ONE, TWO);
  const [here, elsewhere] = world.mails.map((mail) => new ClientAsks(mail));
  const seen: RpcNotification[] = [];
  const asked = Promise.withResolvers<RpcRequest>();
  const told = Promise.withResolvers<void>();

  const response = here.ask(question([], {
    request: rootsRequest("the server's token"),
    send(message) {
      asked.resolve(message as RpcRequest);
      return Promise.resolve(true);
    },
    onProgress(notification) {
      seen.push(notification);
      told.resolve();
    },
  }));
  const { id, params } = await asked.promise;
  const meta = params?._meta as Record<string, unknown>;
  const progress = {
    jsonrpc: "2.0" as const,
    method: "notifications/progress",
    params: { progressToken: meta.progressToken, progress: 1 },
  };
  await elsewhere.progressed({ ...CLIENT, sessionKey: "another session" }, progress);
  await elsewhere.progressed(CLIENT, progress);
  await told.promise;
  await elsewhere.answered(CLIENT, answer(id));
  await response;

  assert.notEqual(meta.progressToken, "the server's token");
  assert.equal(meta.kept, true);
  assert.deepEqual(seen.map(({ params }) => params), [
    { progressToken: "the server's token", progress: 1 },
  ]);
});

Deno.test("ClientAsks asks for no progress that nobody wants", async () => {
  await using world = await processes(ONE);
  const asks = new ClientAsks(world.mails[0]);
  const sent: RpcRequest[] = [];

  await asks.ask(question([], {
    request: rootsRequest("unwanted"),
    send(message) {
      sent.push(message as RpcRequest);
      return Promise.resolve(false);
    },
  }));

  assert.deepEqual(sent[0].params, { _meta: { kept: true } });
});

Deno.test("ClientAsks waits no longer once the server or the client has gone", async () => {
  await using world = await processes(ONE);
  const asks = new ClientAsks(world.mails[0]);
  const [server, client] = [new AbortController(), new AbortController()];
  const sent: (RpcNotification | RpcRequest)[] = [];

  const taken = asks.ask(question(sent, { signal: server.signal }));
  const left = asks.ask(question([], { lost: client.signal }));
  server.abort();
  client.abort();

  assert.match((await taken).error?.message ?? "", /no longer waits/);
  assert.match((await left).error?.message ?? "", /client has left/);
  const { params } = sent[1];
  assert.equal(sent[1].method, "notifications/cancelled");
  assert.equal(params?.requestId, sent[0].id);
});

Deno.test("ClientAsks says at once that a client cannot be reached", async () => {
  await using world = await processes(ONE);
  const asks = new ClientAsks(world.mails[0]);

  const unreached = await asks.ask(question([], { send: () => Promise.resolve(false) }));
  const failing = await asks.ask(question([], { send: () => Promise.reject(new Error("cut")) }));

  assert.match(unreached.error?.message ?? "", /no stream to be asked on/);
  assert.match(failing.error?.message ?? "", /cut/);
});
