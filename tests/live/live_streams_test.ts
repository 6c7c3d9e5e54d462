import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import { CallLog } from "../../core/calls/call_log.ts";
import type { GatewayError } from "../../core/errors.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";
import { LiveStreams, MAX_LIVE } from "../../core/live/live_streams.ts";
import type { LivePace } from "../../core/live/live_messages.ts";
import type { LiveTopic } from "../../core/live/live_topic.ts";
import { kept, someCall } from "../calls/_support.ts";
import { coreOn, someServer, someWorkspace } from "../_support/core.ts";
import { tempStore } from "../_support/temp_store.ts";

/** Nothing waits for a clock in these tests but what says so. */
const AT_ONCE: LivePace = { keepAliveMs: 60_000, betweenMs: 0 };

/** What a process has to tell pages of changes, on a store of its own handle. */
async function processOn(path: string, pace = AT_ONCE) {
  const store = await openStore(path);
  const reads = new SharedReads(store.epochKv);
  const signals = new Signals(store, reads);
  const core = coreOn({ ...store, [Symbol.dispose]: () => {} });
  const live = new LiveStreams({ ...core, signals, pace });
  return {
    core,
    live,
    callLog: new CallLog(store.kv),
    async [Symbol.asyncDispose]() {
      await live.close();
      await signals.close();
      await reads.close();
      store.close();
    },
  };
}

type Process = Awaited<ReturnType<typeof processOn>>;

const ALWAYS = () => Promise.resolve(true);

/** Follows topics, message by message; the first one names them all. */
async function follow({ live }: Process, topics: LiveTopic[], mayRead = ALWAYS) {
  const reader = (await live.open({ topics, mayRead })).getReader();
  const heard: { event: string | undefined; topics: LiveTopic[] }[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => heard.push({ event, topics: JSON.parse(data) }),
  });

  async function next() {
    while (heard.length === 0) {
      const { done, value } = await reader.read();
      if (done) return null;
      parser.feed(new TextDecoder().decode(value));
    }
    return heard.shift() ?? null;
  }

  return { next, reader };
}

/** The same, once it has begun. */
async function following(process: Process, topics: LiveTopic[], mayRead = ALWAYS) {
  const followed = await follow(process, topics, mayRead);
  const begun = new Set<string>();
  while (begun.size < topics.length) {
    for (const topic of (await followed.next())?.topics ?? []) begun.add(topic);
  }
  return followed;
}

Deno.test("LiveStreams names the topic of whatever another process has changed", async () => {
  using file = await tempStore();
  await using here = await processOn(file.path);
  await using there = await processOn(file.path);
  const { core } = there;
  const server = await someServer(core);
  const backend = await someWorkspace(core, "backend");
  const other = await someWorkspace(core, "other");
  const { next, reader } = await following(here, [
    "calls:backend",
    "calls",
    "servers",
    "events",
    "changes",
  ]);
  const breaker = {
    failures: 5,
    since: core.now().toISOString(),
    nextTryAt: core.now().toISOString(),
    lastError: "timed out",
  };
  const seen = async (wanted: string[]) => {
    const named = new Set<string>();
    while (wanted.some((topic) => !named.has(topic))) {
      for (const topic of (await next())?.topics ?? assert.fail("it ended")) named.add(topic);
    }
    assert.deepEqual([...named].sort(), wanted.toSorted());
  };

  await there.callLog.record(kept(other.id), someCall());
  await seen(["calls"]);
  await there.callLog.record(kept(backend.id), someCall());
  await seen(["calls", "calls:backend"]);
  await core.health.setBreaker(server, breaker);
  await seen(["servers"]);
  await core.health.setBreaker(server, breaker, true);
  await seen(["servers", "events"]);
  await someWorkspace(core, "third");
  await seen(["changes"]);
  await reader.cancel();
});

Deno.test("LiveStreams tells each page that may look, and ends for one that may not any more", async () => {
  using file = await tempStore();
  await using here = await processOn(file.path);
  let mayRead = true;
  const cut = await following(here, ["changes"], () => Promise.resolve(mayRead));
  const kept = await following(here, ["changes"]);

  mayRead = false;
  await someWorkspace(here.core, "backend");

  assert.deepEqual(await cut.next(), { event: "end", topics: [] });
  assert.equal(await cut.next(), null);
  assert.deepEqual((await kept.next())?.topics, ["changes"]);
  assert.equal(here.live.size, 1);
  await kept.reader.cancel();
});

Deno.test("LiveStreams lets nobody stay who may not look, though nothing happens", async () => {
  using file = await tempStore();
  await using here = await processOn(file.path, { keepAliveMs: 5, betweenMs: 0 });
  let looks = 0;
  const { reader } = await following(here, ["changes"], () => Promise.resolve(++looks < 4));

  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += new TextDecoder().decode(read.value);
  }

  // Whoever reads slowly is looked at again before they read on.
  assert.match(text, /^(: nothing new\n\n){1,2}event: end\ndata: \[\]\n\n$/);
});

Deno.test("LiveStreams has a bound, which the refusal names, and takes others when one has left", async () => {
  using file = await tempStore();
  await using here = await processOn(file.path);
  const open = () => here.live.open({ topics: ["calls", "changes"], mayRead: ALWAYS });
  const bodies = await Promise.all(Array.from({ length: MAX_LIVE }, open));

  const { code, publicMessage, retryAfterSeconds } = await open().then(
    () => assert.fail("one too many"),
    (error: GatewayError) => error,
  );
  assert.equal(code, "too_many");
  assert.match(publicMessage, /200 pages that follow changes are open/);
  assert.equal(retryAfterSeconds, 1);

  await bodies[0].cancel();
  bodies[0] = await open();
  assert.equal(here.live.size, MAX_LIVE);
});

Deno.test("LiveStreams ends its streams as streams end when the process does", async () => {
  using file = await tempStore();
  await using here = await processOn(file.path);
  const { next } = await following(here, ["changes"]);

  const ended = next();
  await here.live.close();

  assert.equal(await ended, null);
  await assert.rejects(
    here.live.open({ topics: ["changes"], mayRead: ALWAYS }),
    { code: "shutting_down" },
  );
});

Deno.test("LiveStreams knows no workspace that is not there", async () => {
  using file = await tempStore();
  await using here = await processOn(file.path);

  await assert.rejects(
    here.live.open({ topics: ["calls:nowhere"], mayRead: ALWAYS }),
    { code: "not_found" },
  );
  assert.equal(here.live.size, 0);
});
