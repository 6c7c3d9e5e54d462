import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { failureOf, startBench, targetAt, toolCall } from "./_connector.ts";
import { ok, startScripted } from "./_scripted.ts";

/** A server that answers when it is told to, two calls of which may be under way. */
async function startPair(change: Parameters<typeof targetAt>[1] = {}) {
  const server = await startScripted();
  const bench = await startBench();
  const target = targetAt(server.url, { maxConcurrent: 2, ...change });
  const held: (() => void)[] = [];
  server.script = (request, response) => void held.push(() => ok(request, response));

  return {
    server,
    bench,
    target,
    call: (signal = new AbortController().signal) =>
      bench.connector.request(toolCall(target, "echo", { signal })),
    answerOne: () => held.shift()?.(),
    arrived: (count: number) =>
      eventually(`${count} calls arrived`, () => server.requests.length === count),
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a server gets as many calls at once as it is let, and the others in their turn", async () => {
  await using pair = await startPair();
  const calls = [pair.call(), pair.call(), pair.call(), pair.call()];
  await pair.arrived(2);

  for (let answered = 1; answered <= 4; answered++) {
    pair.answerOne();
    await pair.arrived(Math.min(4, 2 + answered));
  }

  const answers = await Promise.all(calls);
  assert.ok(answers.every(({ response }) => response.result !== undefined));
});

Deno.test("a call that waits too long for its turn is told the limit, and does not run later", async () => {
  await using pair = await startPair({ timeouts: { connectSeconds: 1 } });
  const running = [pair.call(), pair.call()];
  await pair.arrived(2);

  const { code, message } = await failureOf(pair.call());
  pair.answerOne();
  pair.answerOne();
  await Promise.all(running);

  assert.equal(code, "upstream_failed");
  assert.equal(
    message,
    'Server "notes" has 2 calls at once already, the most that are let to it, and none of them ' +
      "ended within 1 s",
  );
  assert.equal(pair.server.requests.length, 2);
});

Deno.test("a call that is taken back while it waits leaves its turn to the next", async () => {
  await using pair = await startPair();
  const running = [pair.call(), pair.call()];
  await pair.arrived(2);
  const leaving = new AbortController();
  const left = pair.call(leaving.signal);
  const waiting = pair.call();

  leaving.abort(new Error("Taken back"));
  await assert.rejects(left, /Taken back/);
  for (let answered = 0; answered < 2; answered++) pair.answerOne();
  await pair.arrived(3);
  pair.answerOne();

  assert.ok((await waiting).response.result);
  await Promise.all(running);
});

Deno.test("no more than a thousand calls wait for a server", async () => {
  await using pair = await startPair({ maxConcurrent: 1 });
  const leaving = new AbortController();
  const waiting = Array.from({ length: 1_001 }, () => pair.call(leaving.signal));

  const { message } = await failureOf(pair.call());

  assert.match(message, /has 1 calls at once already, and 1000 more wait for their turn$/);
  leaving.abort(new Error("Taken back"));
  await Promise.allSettled(waiting);
});

Deno.test("a limit that was raised holds for those who wait already", async () => {
  await using pair = await startPair({ maxConcurrent: 1 });
  const calls = [pair.call(), pair.call()];
  await pair.arrived(1);
  const raised = { ...pair.target, maxConcurrent: 3 };

  calls.push(pair.bench.connector.request(toolCall(raised, "echo")));
  await pair.arrived(3);

  for (let answered = 0; answered < 3; answered++) pair.answerOne();
  await Promise.all(calls);
});

Deno.test("waiting for a turn does not count against a server", async () => {
  await using pair = await startPair({ maxConcurrent: 1, timeouts: { connectSeconds: 1 } });
  const running = pair.call();
  await pair.arrived(1);
  await Promise.all(Array.from({ length: 6 }, () => failureOf(pair.call())));

  pair.answerOne();
  await running;
  const next = pair.call();
  await pair.arrived(2);
  pair.answerOne();

  assert.ok((await next).response.result);
});
