import assert from "node:assert/strict";
import { EventStore } from "../../core/events/event_store.ts";
import { callerOf, failureOf, startBench, targetAt, toolCall } from "./_connector.ts";
import type { LargeAnswer } from "../../core/upstream/upstream.ts";
import { answer, down, ok, type Scripted, startScripted } from "./_scripted.ts";

/** A scripted server, the connector of one process, and calls between them. */
async function startPair() {
  const server = await startScripted();
  const bench = await startBench();
  const target = targetAt(server.url);
  const call = () => bench.connector.request(toolCall(target, "echo"));
  return {
    server,
    bench,
    target,
    call,
    async fail(times: number, script: Scripted["script"] = down) {
      server.script = script;
      for (let failed = 0; failed < times; failed++) {
        // Failures that are this far apart are no restart.
        bench.advance(2_500);
        await failureOf(call());
      }
    },
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("five failures in a row keep calls from a server, and say since when and until when", async () => {
  await using pair = await startPair();
  await pair.fail(5);
  const before = pair.server.requests.length;

  const { code, message } = await failureOf(pair.call());

  assert.equal(code, "upstream_failed");
  assert.match(
    message,
    /^Server "notes" is not called for now: it failed 5 times in a row since 20\S+; the next try is at 20\S+Z$/,
  );
  assert.equal(pair.server.requests.length, before);
});

Deno.test("a server that fails many calls in a moment is not kept from the next", async () => {
  await using pair = await startPair();
  pair.server.script = down;
  for (let failed = 0; failed < 50; failed++) await failureOf(pair.call());
  pair.server.script = ok;

  assert.ok((await pair.call()).response.result);
});

Deno.test("four failures in a row keep no call from a server, nor do five that are not in a row", async () => {
  await using pair = await startPair();

  await pair.fail(4);
  pair.server.script = ok;
  await pair.call();
  await pair.fail(4);
  pair.server.script = ok;

  const { response } = await pair.call();
  assert.ok(response.result);
});

Deno.test("what a caller caused does not count against its server", async () => {
  await using pair = await startPair();
  const taken = AbortSignal.abort(new Error("Taken back"));
  await pair.fail(10, (request, response) => {
    response.writeHead(401).end(String(request.id));
  });
  for (let times = 0; times < 10; times++) {
    const call = toolCall(pair.target, "echo", { signal: taken });
    await assert.rejects(pair.bench.connector.request(call), /Taken back/);
  }
  pair.server.script = (request, response) => {
    const error = { code: -32603, message: "On purpose" };
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: request.id, error }));
  };
  for (let times = 0; times < 10; times++) {
    assert.equal((await pair.call()).response.error?.message, "On purpose");
  }
});

Deno.test("clients that do not read what they asked for keep no call from their server", async () => {
  await using pair = await startPair();
  const target = targetAt(pair.server.url, { id: pair.target.id, timeouts: { totalSeconds: 4 } });
  pair.server.script = (request, response) => {
    answer(request, response, { content: [{ type: "text", text: "x".repeat(2 * 1024 * 1024) }] });
  };
  const large = {
    isWelcome: () => true,
    async pass({ chunks }: LargeAnswer): Promise<never> {
      for await (const _ of chunks) break;
      return await new Promise<never>(() => {});
    },
  };
  const stall = () => failureOf(pair.bench.connector.request(toolCall(target, "echo", { large })));

  await stall();
  pair.bench.advance(15_000);
  const failures = await Promise.all(Array.from({ length: 5 }, stall));
  pair.server.script = ok;

  assert.match(failures[0].message, /was not read to the end within 4 s \(total timeout\)$/);
  assert.ok((await pair.bench.connector.request(toolCall(target, "echo"))).response.result);
});

Deno.test("after the pause one call tries; its failure doubles the pause, up to a minute", async () => {
  await using pair = await startPair();
  await pair.fail(5);
  const tries: number[] = [];

  for (let seconds = 0; seconds < 300; seconds++) {
    pair.bench.advance(1_000);
    const before = pair.server.requests.length;
    await Promise.all([failureOf(pair.call()), failureOf(pair.call())]);
    const tried = pair.server.requests.length - before;
    assert.ok(tried <= 1);
    if (tried === 1) tries.push(seconds + 1);
  }

  assert.deepEqual(tries, [5, 15, 35, 75, 135, 195, 255]);
});

Deno.test("the first call that succeeds lets all others through again", async () => {
  await using pair = await startPair();
  await pair.fail(5);
  pair.server.script = ok;
  pair.bench.advance(5_000);

  await pair.call();
  const answers = await Promise.all([pair.call(), pair.call(), pair.call()]);

  assert.ok(answers.every(({ response }) => response.result !== undefined));
});

Deno.test("a try that its caller takes back leaves the next call to try", async () => {
  await using pair = await startPair();
  await pair.fail(5);
  pair.bench.advance(5_000);
  const leaving = new AbortController();
  pair.server.script = () => leaving.abort(new Error("Taken back"));
  const call = toolCall(pair.target, "echo", { signal: leaving.signal });
  await assert.rejects(pair.bench.connector.request(call), /Taken back/);

  pair.server.script = ok;
  assert.ok((await pair.call()).response.result);
});

Deno.test("a try that takes long keeps nobody from trying after another pause", async () => {
  await using pair = await startPair();
  await pair.fail(5);
  pair.bench.advance(5_000);
  const leaving = new AbortController();
  const tried = Promise.withResolvers<void>();
  pair.server.script = () => tried.resolve();
  const call = toolCall(pair.target, "echo", { signal: leaving.signal });
  const long = pair.bench.connector.request(call);
  long.catch(() => {});
  await tried.promise;
  pair.server.script = ok;

  assert.match((await failureOf(pair.call())).message, /the next try is under way$/);
  pair.bench.advance(5_000);
  const answers = [await pair.call(), await pair.call()];

  assert.ok(answers.every(({ response }) => response.result !== undefined));
  leaving.abort(new Error("Taken back"));
  await assert.rejects(long, /Taken back/);
});

Deno.test("another process sees that a server is not called, and when it is called again", async () => {
  await using pair = await startPair();
  const { bench, target } = pair;
  await using other = bench.another();

  await pair.fail(5);
  await settled(bench);
  const { breaker } = await other.health.read(target.id);
  assert.equal(breaker?.failures, 5);
  assert.equal(breaker?.lastError, 'Server "notes" answered HTTP 503');
  assert.equal(Date.parse(breaker?.nextTryAt ?? "") - Date.parse(breaker?.since ?? ""), 15_000);

  pair.server.script = ok;
  bench.advance(5_000);
  await pair.call();
  await settled(bench);
  assert.equal((await other.health.read(target.id)).breaker, null);
});

Deno.test("that a server is not called any more is an event, and that it still fails is none", async () => {
  await using pair = await startPair();
  const { bench } = pair;
  await pair.fail(5);
  for (let tries = 0; tries < 2; tries++) {
    bench.advance(60_000);
    await failureOf(pair.call());
  }
  await settled(bench);

  const events = new EventStore(bench.store.kv, () => new Date());
  const { items } = await events.list({ kind: "breaker_opened" }, { limit: 10, cursor: null });
  assert.deepEqual(items.map(({ server }) => server), ["notes"]);
});

Deno.test("another address or other secrets of a server begin anew", async () => {
  await using pair = await startPair();
  await pair.fail(5);
  pair.server.script = ok;
  const changed = { ...pair.target, sharedFingerprint: "changed", fingerprint: "changed" };

  const { response } = await pair.bench.connector.request(toolCall(changed, "echo"));

  assert.ok(response.result);
  await settled(pair.bench);
  assert.equal((await pair.bench.health.read(pair.target.id)).breaker, null);
});

Deno.test("who cannot attend a server keeps no call from it", async () => {
  await using pair = await startPair();
  const attend = () =>
    pair.bench.connector.attend({
      target: pair.target,
      caller: callerOf("modern"),
      filter: { toolsListChanged: true },
      signal: AbortSignal.timeout(60_000),
      onReady: () => {},
      onNotification: () => {},
    });

  pair.server.script = down;
  for (let times = 0; times < 10; times++) {
    pair.bench.advance(2_500);
    await failureOf(attend());
  }

  pair.server.script = ok;
  assert.ok((await pair.call()).response.result);
});

/** Waits until what happened is written down. */
async function settled({ connector }: { connector: { close(): Promise<void> } }): Promise<void> {
  await connector.close();
}
