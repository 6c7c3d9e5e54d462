import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import {
  answerIn,
  bare,
  beginSession,
  type Json,
  legacy,
  notification,
  post,
  StreamReader,
} from "./_requests.ts";
import { startPair, type World } from "./_world.ts";

/** Two gateways on one store, a server that asks, and a client that can be asked. */
async function asking() {
  const server = startStreamableFeatures("2025-11-25");
  const pair = await startPair(server, { capabilities: { sampling: {} } });
  const { one, token, session } = pair;
  const ask = (id: unknown, name = "ask_model") =>
    one.send(legacy(token, "tools/call", { name: `notes__${name}` }, { session, id }));
  return { ...pair, ask };
}

/** The next question on a stream. */
async function question(stream: StreamReader): Promise<Json & { id: string }> {
  for (;;) {
    const [, data] = await stream.until(/data: (\{.*)\n\n/);
    const message = JSON.parse(data);
    if (message.method === "sampling/createMessage") return message;
  }
}

function sampled(text: string): Json {
  return { model: "m", role: "assistant", content: { type: "text", text } };
}

function answering(token: string, session: string, id: unknown, result: Json) {
  return post(token, { jsonrpc: "2.0", id, result }, { headers: { "mcp-session-id": session } });
}

for (const where of ["one", "two"] as const) {
  Deno.test(`a question is asked on its call's stream, and answered at process ${where}`, async () => {
    await using world = await asking();
    const { token, session } = world;

    await using stream = new StreamReader(await world.ask(7));
    const { id } = await question(stream);
    const taken = await world[where].send(answering(token, session, id, sampled("fine")));
    const { result } = await stream.answer(7);

    assert.equal(taken.status, 202);
    assert.match(JSON.stringify(result), /fine/);
  });
}

Deno.test("an answer counts only from the token and the session that were asked, and once", async () => {
  await using world = await asking();
  const { one, two, token, session } = world;
  const bob = await one.addToken("Bob");
  const ofBob = await beginSession(one.send, bob.token, { sampling: {} });
  const other = await beginSession(one.send, token, { sampling: {} });

  await using stream = new StreamReader(await world.ask(7));
  const { id } = await question(stream);
  const statuses: number[] = [];
  for (const gateway of [one, two]) {
    for (
      const request of [
        answering(bob.token, ofBob, id, sampled("bob")),
        answering(bob.token, session, id, sampled("bob in another's session")),
        answering(token, other, id, sampled("another session")),
        answering(token, session, `${id}0`, sampled("another id")),
        answering(token, session, id.replace(/^./, (c) => c === "a" ? "b" : "a"), sampled("else")),
      ]
    ) statuses.push((await gateway.send(request)).status);
  }
  await one.send(answering(token, session, id, sampled("right")));
  await one.send(answering(token, session, id, sampled("late")));
  const { result } = await stream.answer(7);

  assert.deepEqual(statuses, [202, 404, 202, 202, 202, 202, 404, 202, 202, 202]);
  assert.match(JSON.stringify(result), /right/);
});

Deno.test("a client without the capability is not asked", async () => {
  await using world = await asking();
  const { one, token } = world;
  const session = await beginSession(one.send, token, {});

  const reply = await one.send(
    legacy(token, "tools/call", { name: "notes__ask_model" }, { session }),
  );

  assert.match((await answerIn(reply)).error?.message ?? "", /client does not support sampling/);
});

Deno.test("a call that is taken back takes its question back from the client", async () => {
  await using world = await asking();
  const { one, token, session } = world;

  await using stream = new StreamReader(await world.ask(7));
  const { id } = await question(stream);
  const cancel = notification(token, "notifications/cancelled", { requestId: 7 }, { session });
  await one.send(cancel);
  const [, requestId] = await stream.until(/notifications\/cancelled.*"requestId":"([^"]*)"/);

  assert.equal(requestId, id);
});

Deno.test("a client that reads no streams is asked on the one that it listens on", async () => {
  await using world = await asking();
  const { one, two, token, session } = world;
  await using listening = new StreamReader(await two.send(bare("GET", token, session)));
  await listening.until(/:\n\n/);

  const call = legacy(token, "tools/call", { name: "notes__ask_model" }, {
    session,
    id: 7,
    headers: { accept: "application/json" },
  });
  const reply = one.send(call);
  const { id } = await question(listening);
  await two.send(answering(token, session, id, sampled("heard")));

  assert.match(JSON.stringify((await answerIn(await reply)).result), /heard/);
});

Deno.test("a client that reads no streams and listens nowhere is an answer to the server", async () => {
  await using world = await asking();
  const { one, token, session } = world;

  const reply = await one.send(
    legacy(token, "tools/call", { name: "notes__ask_model" }, {
      session,
      headers: { accept: "application/json" },
    }),
  );

  assert.match(await reply.text(), /cannot be asked|no stream/);
});

Deno.test("roots that have changed are told to the servers of a session, on every process", async () => {
  await using world = await asking();
  const { one, two, token, session, upstream } = world;
  const say = (gateway: World, text: string) =>
    gateway.send(
      legacy(token, "tools/call", { name: "notes__say", arguments: { text } }, { session }),
    );
  await answerIn(await say(one, "a"));
  await answerIn(await say(two, "b"));

  const changed = notification(token, "notifications/roots/list_changed", {}, { session });
  assert.equal((await one.send(changed)).status, 202);

  const told = () => upstream.journal.withRpcMethod("notifications/roots/list_changed").length;
  await eventually("both sessions were told", () => told() === 2);
});
