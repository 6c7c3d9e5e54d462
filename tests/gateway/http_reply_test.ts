import assert from "node:assert/strict";
import { HttpReply, type HttpReplyOptions } from "../../core/gateway/http_reply.ts";
import { GatewayError } from "../../core/errors.ts";

const PROGRESS = { jsonrpc: "2.0", method: "notifications/progress" } as const;
const ANSWER = { json: '{"jsonrpc":"2.0","id":1,"result":{}}', status: 200 };

function replyWith(options: Partial<HttpReplyOptions> = {}) {
  const seen = { held: 0, released: 0, gone: 0, shutOut: 0 };
  const reply = new HttpReply({
    accepts: { json: true, stream: true },
    era: "legacy",
    headers: {},
    hold() {
      seen.held++;
      return { [Symbol.dispose]: () => void seen.released++ };
    },
    onGone: () => void seen.gone++,
    onShutOut: () => void seen.shutOut++,
    lastWords: () => [],
    ...options,
  });
  return { reply, seen };
}

Deno.test("HttpReply opens no stream for a notification that comes after the answer", async () => {
  const { reply, seen } = replyWith();

  await reply.finish(ANSWER);
  await reply.say(PROGRESS);

  assert.equal(await (await reply.response).text(), ANSWER.json);
  assert.equal(seen.held, 0);
});

Deno.test("HttpReply.say() drops what cannot be said because too many streams are open", async () => {
  const { reply } = replyWith({
    hold: () => {
      throw new GatewayError("too_many", "no more");
    },
  });

  await reply.say(PROGRESS);
  await reply.finish(ANSWER);

  assert.equal(await (await reply.response).text(), ANSWER.json);
});

Deno.test("HttpReply releases its stream once, whether it is answered, dropped, failed or left", async () => {
  const ends: Record<string, (reply: HttpReply) => unknown> = {
    answered: (reply) => reply.finish(ANSWER),
    dropped: (reply) => reply.drop(),
    failed: (reply) => reply.fail(new Response(null, { status: 500 })),
    left: async (reply) => {
      await (await reply.response).body?.cancel();
      await reply.say(PROGRESS);
      await reply.finish(ANSWER);
    },
  };

  for (const [how, end] of Object.entries(ends)) {
    const { reply, seen } = replyWith();
    await reply.say(PROGRESS);
    await end(reply);
    assert.deepEqual([seen.held, seen.released], [1, 1], how);
    assert.equal(seen.gone, how === "left" ? 1 : 0);
    if (how !== "left") await (await reply.response).body?.cancel();
  }
});

Deno.test("HttpReply tells a token that was shut out from a client that left", async () => {
  for (const why of ["shut out", "closing"] as const) {
    let end = (_why: typeof why) => {};
    const { reply, seen } = replyWith({
      hold(_stream, onEnd) {
        end = onEnd;
        return { [Symbol.dispose]: () => {} };
      },
      lastWords: () => ['{"error":"shut out"}'],
    });
    await reply.say(PROGRESS);

    end(why);

    assert.deepEqual([seen.shutOut, seen.gone], [1, 0]);
    const text = await (await reply.response).text();
    assert.equal(text.includes('data: {"error":"shut out"}'), why === "shut out");
  }
});

/** A reply that counts how often its last words were asked for. */
function replyWithLastWords(accepts = { json: true, stream: true }) {
  const asked = { times: 0 };
  const lastWords = () => {
    asked.times++;
    return ['{"error":"shut out"}'];
  };
  return { ...replyWith({ accepts, lastWords }), asked };
}

Deno.test("HttpReply.shutOut() says so on a stream, once, and nothing after an answer", async () => {
  const refused = () => new Response("refused", { status: 401 });

  const before = replyWithLastWords();
  before.reply.shutOut(refused());
  const stream = replyWithLastWords();
  await stream.reply.say(PROGRESS);
  stream.reply.shutOut(refused());
  stream.reply.shutOut(refused());
  const answered = replyWithLastWords();
  await answered.reply.say(PROGRESS);
  await answered.reply.finish(ANSWER);
  answered.reply.shutOut(refused());

  const response = await before.reply.response;
  assert.deepEqual([response.status, await response.text()], [401, "refused"]);
  const said = await (await stream.reply.response).text();
  assert.equal(said.split('data: {"error":"shut out"}').length, 2, said);
  assert.doesNotMatch(await (await answered.reply.response).text(), /shut out/);
  assert.deepEqual([before.asked.times, stream.asked.times, answered.asked.times], [0, 1, 0]);
});

Deno.test("HttpReply.shutOut() breaks off an answer that is given in pieces", async () => {
  for (const accepts of [{ json: true, stream: false }, { json: false, stream: true }]) {
    const { reply, asked } = replyWithLastWords(accepts);

    const passing = reply.pass(new TextEncoder().encode('{"jsonrpc":"2.0","id":1,'));
    const text = (await reply.response).text();
    await passing;
    reply.shutOut(new Response(null, { status: 401 }));

    await assert.rejects(text, /The message is not complete/);
    assert.equal(asked.times, 0);
  }
});
