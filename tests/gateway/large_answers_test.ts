import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import type { Call } from "../../core/calls/call.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { type RawKind, type RawResult, startRawUpstream } from "../_support/raw_upstreams.ts";
import {
  answerIn,
  bare,
  beginSession,
  legacy,
  messagesIn,
  modern,
  post,
  StreamReader,
} from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

const PIECE = "x".repeat(64 * 1024);

/** A result with a text of so many pieces, and something at its end. */
function* textResult(pieces: number, end = ""): Generator<string> {
  yield '{"content":[{"type":"text","text":"';
  for (let piece = 0; piece < pieces; piece++) yield PIECE;
  yield `"}]${end}}`;
}

/** A gateway in front of one server, which calls everything with this result. */
async function worldWith(kind: RawKind, result: () => RawResult) {
  const upstream = startRawUpstream(kind, (method) => {
    return method === "tools/list" ? '{"tools":[{"name":"big","inputSchema":{}}]}' : result();
  });
  const world = await startWorld();
  await world.addServer("raw", upstream.url);
  const created = await world.addToken();
  return {
    upstream,
    world,
    ...created,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

async function callsOf(world: World): Promise<Call[]> {
  const team = await world.services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  const { items } = await world.services.callQueries.list(team, { limit: 100, cursor: null });
  return items;
}

/** A body that was read up to somewhere in the middle of the answer. */
async function readHalf(response: Response) {
  assert.ok(response.body !== null);
  const reader = response.body.getReader();
  for (let bytes = 0; bytes < 500_000;) {
    const { done, value } = await reader.read();
    assert.ok(!done, "the answer ended before its middle");
    bytes += value.length;
  }
  return reader;
}

async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
  }
  return text;
}

const BIG = { name: "raw__big", arguments: {} };
const EVENTS_ONLY = { accept: "text/event-stream" };
/** On a slow machine the answer would be a stream, which ends otherwise. */
const JSON_ONLY = { accept: "application/json" };

Deno.test("a large answer is on the record when its last byte is given", async () => {
  await using at = await worldWith("modern, JSON", () => textResult(40));

  const { result } = await answerIn(await at.world.send(modern(at.token, "tools/call", BIG)));

  const [call] = await callsOf(at.world);
  assert.equal(result.content[0].text, PIECE.repeat(40));
  assert.equal(call.outcome, "ok");
  assert.ok(call.bytesOut > PIECE.length * 40);
});

Deno.test("a large answer says at its end that the tool failed, and so does the record", async () => {
  await using at = await worldWith("streamable, stream", () => textResult(40, ',"isError":true'));

  const { result } = await answerIn(await at.world.send(legacy(at.token, "tools/call", BIG)));

  assert.equal(result.isError, true);
  assert.equal((await callsOf(at.world))[0].outcome, "tool_error");
});

Deno.test("names in a large answer are those that its client knows", async () => {
  const link = '{"type":"resource_link","name":"a","uri":"file:///a"}';
  await using at = await worldWith("modern, stream", function* () {
    yield `{"content":[${link},{"type":"text","text":"`;
    for (let piece = 0; piece < 20; piece++) yield PIECE;
    yield `"},${link}],"resultType":"complete"}`;
  });

  const { result } = await answerIn(await at.world.send(legacy(at.token, "tools/call", BIG)));

  assert.equal(result.content[0].uri, "file:///a#~raw");
  assert.equal(result.content[2].uri, "file:///a#~raw");
  assert.equal("resultType" in result, false);
});

Deno.test("a client that leaves in the middle of a large answer ends it at its server", async () => {
  for (const kind of ["modern, JSON", "modern, stream", "streamable, JSON"] as const) {
    for (const ask of [modern, legacy]) {
      await using at = await worldWith(kind, () => textResult(1_000));
      const reader = await readHalf(await at.world.send(ask(at.token, "tools/call", BIG)));

      await reader.cancel();

      await eventually("the server's answer is given up", () => at.upstream.givenUp === 1);
      const [call] = await eventually("the call is on the record", async () => {
        const calls = await callsOf(at.world);
        return calls.length > 0 && calls;
      });
      assert.equal(call.outcome, "cancelled");
    }
  }
});

Deno.test("a client that reads slowly is not taken for a server that is silent", async () => {
  await using at = await worldWith("modern, JSON", () => textResult(1_000));
  await updateServer(at.world.services, AN_ADMIN, "raw", { timeouts: { idleSeconds: 1 } });
  const reader = await readHalf(await at.world.send(modern(at.token, "tools/call", BIG)));

  await pause(2_500);

  assert.ok((await readToEnd(reader)).length > 400 * PIECE.length);
});

Deno.test("a token that is revoked in the middle of a large answer cuts it", async () => {
  for (const headers of [JSON_ONLY, EVENTS_ONLY]) {
    await using at = await worldWith("modern, JSON", () => textResult(1_000));
    const request = modern(at.token, "tools/call", BIG, { headers });
    const reader = await readHalf(await at.world.send(request));

    await revokeToken(at.world.services, AN_ADMIN, "team", at.id);

    await assert.rejects(readToEnd(reader), /not complete/);
    await eventually("the server's answer is given up", () => at.upstream.givenUp === 1);
  }
});

Deno.test("a server that breaks off in the middle of a large answer cuts the body", async () => {
  await using at = await worldWith("streamable, JSON", () => textResult(1_000));
  const reader = await readHalf(await at.world.send(legacy(at.token, "tools/call", BIG)));

  at.upstream.breakOff();

  await assert.rejects(readToEnd(reader), /not complete/);
  assert.equal((await callsOf(at.world))[0].outcome, "upstream_failure");
});

Deno.test("a server that breaks off in the middle of a large event is an error after it", async () => {
  await using at = await worldWith("modern, stream", () => textResult(1_000));
  const request = modern(at.token, "tools/call", BIG, { id: "mine", headers: EVENTS_ONLY });
  const reader = await readHalf(await at.world.send(request));

  at.upstream.breakOff();

  const events = (await readToEnd(reader)).split("\n\n");
  assert.throws(() => JSON.parse(events[0]), SyntaxError);
  const { id, error } = JSON.parse(events[1].replace("event: message\ndata: ", ""));
  assert.equal(id, "mine");
  assert.match(error.message, /Server "raw" broke its answer off in the middle/);
  assert.equal((await callsOf(at.world))[0].outcome, "upstream_failure");
});

Deno.test("a large answer that is no JSON, or another's, is no answer", async () => {
  for (const end of [',"a":tru', '},"id":7,"b":{"c":1', '},"error":{"code":1,"message":""']) {
    await using at = await worldWith("modern, JSON", () => textResult(40, end));
    const request = modern(at.token, "tools/call", BIG, { headers: JSON_ONLY });
    const response = await at.world.send(request);

    await assert.rejects(response.text(), /not complete/);
    assert.equal((await callsOf(at.world))[0].outcome, "upstream_failure");
  }
});

Deno.test("other messages of an HTTP+SSE stream wait for the end of a large one", async () => {
  await using at = await worldWith("streamable, stream", () => textResult(40));
  await using stream = new StreamReader(await at.world.send(bare("GET", at.token)));
  const [, query] = await stream.until(/data: \S+(\?stream=\S+)/);
  const address = `http://gateway.test/ws/team/sse${query}`;
  const say = (id: number, method: string, params = {}) =>
    at.world.send(post(at.token, { jsonrpc: "2.0", id, method, params }, { address }));

  await say(1, "tools/call", BIG);
  await stream.until(/data: \{"result"/);
  await say(2, "ping");
  await say(3, "tools/call", BIG);

  const [, first] = await stream.until(/^(.*)\n\n/);
  assert.equal(JSON.parse(`{"result"${first}`).id, 1);
  const others = [await stream.until(/data: (.*)\n\n/), await stream.until(/data: (.*)\n\n/)];
  const ids = others.map(([, data]) => JSON.parse(data).id);
  assert.deepEqual(ids.toSorted(), [2, 3]);
});

Deno.test("a large answer has no event id: it cannot be given again", async () => {
  await using at = await worldWith("modern, JSON", () => textResult(40));
  const session = await beginSession(at.world.send, at.token);
  const request = legacy(at.token, "tools/call", BIG, { session, headers: EVENTS_ONLY });

  const text = await (await at.world.send(request)).text();

  const [priming, answer] = text.split("\n\n");
  assert.match(priming, /^id: /m);
  assert.match(answer, /^event: message\ndata: \{/);

  const again = bare("GET", at.token, session);
  again.headers.set("last-event-id", /^id: (.*)$/m.exec(priming)?.[1] ?? "");
  assert.equal((await at.world.send(again)).status, 410);
});

Deno.test("a large answer that the gateway must act on is read", async () => {
  const secret = "s".repeat(1_500_000);
  await using at = await worldWith("modern, JSON", () =>
    JSON.stringify({
      requestState: secret,
      inputRequests: { a: { method: "roots/list" } },
      resultType: "input_required",
    }));

  const { result } = await answerIn(await at.world.send(modern(at.token, "tools/call", BIG)));
  const { error } = await answerIn(await at.world.send(legacy(at.token, "tools/call", BIG)));

  assert.equal(result.requestState, secret);
  assert.match(error?.message ?? "", /roots/);
});

Deno.test("what a client says it reads decides in what a large answer comes", async () => {
  await using at = await worldWith("modern, stream", () => textResult(40));
  const types: (string | null)[] = [];
  for (const accept of ["application/json", "text/event-stream", "*/*"]) {
    const headers = { accept };
    const response = await at.world.send(modern(at.token, "tools/call", BIG, { headers }));
    types.push(response.headers.get("content-type"));
    const [message] = await messagesIn(response);
    assert.equal(message.id, 1);
  }

  // What takes longer than 200 ms becomes a stream, where the client reads both.
  const [json, stream, either] = types;
  assert.deepEqual([json, stream], ["application/json", "text/event-stream"]);
  assert.match(either ?? "", /^(application\/json|text\/event-stream)$/);
});
