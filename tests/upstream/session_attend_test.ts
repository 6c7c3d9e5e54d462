import assert from "node:assert/strict";
import type { ListenFilter } from "../../core/upstream/attend.ts";
import { SessionSubscriptions } from "../../core/upstream/session_subscriptions.ts";
import { eventually } from "../_support/eventually.ts";
import { startLegacyStateless } from "../_support/legacy_upstreams.ts";
import { restarted, TALKATIVE_KINDS } from "../_support/session_upstreams.ts";
import { legacyCaller, modernCaller, sessionsWith, type TestSessions } from "./_sessions.ts";

const URI = "file:///today.md";
const OTHER = "file:///tomorrow.md";

/** Attends until it is ended, and keeps what is told. */
function attending(sessions: TestSessions, filter: ListenFilter, caller = modernCaller()) {
  const ending = new AbortController();
  const ready = Promise.withResolvers<ListenFilter>();
  const heard: string[] = [];
  const over = sessions.attend({
    filter,
    caller,
    signal: ending.signal,
    onReady: (offer) => ready.resolve(offer),
    onNotification: ({ method, params }) => void heard.push(String(params?.uri ?? method)),
  });
  over.catch(ready.reject);
  ready.promise.catch(() => {});
  return { ready: ready.promise, heard, over, end: () => ending.abort() };
}

for (const { name, route, start } of TALKATIVE_KINDS) {
  Deno.test(`${name}: who attends hears of what it asked for and the server offers`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const filter = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: [URI],
    };

    const one = attending(sessions, filter);
    const offer = await one.ready;
    const [{ server }] = upstream.sessions();
    await server.sendResourceListChanged();
    await server.sendResourceUpdated({ uri: OTHER });
    await server.sendToolListChanged();
    await server.sendResourceUpdated({ uri: URI });
    await eventually("both are told", () => one.heard.length === 2);
    one.end();

    assert.deepEqual(offer, { toolsListChanged: true, resourceSubscriptions: [URI] });
    assert.deepEqual(one.heard, ["notifications/tools/list_changed", URI]);
    assert.equal(await one.over, true);
  });

  Deno.test(`${name}: the last one who attends ends the subscription`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const filter = { resourceSubscriptions: [URI] };
    const one = attending(sessions, filter);
    const other = attending(sessions, filter);
    await Promise.all([one.ready, other.ready]);
    const [session] = upstream.sessions();
    assert.equal(upstream.journal.withRpcMethod("resources/subscribe").length, 1);

    one.end();
    await one.over;
    await sessions.tool("echo", {}, { caller: modernCaller() });
    assert.deepEqual([...session.subscriptions], [URI]);
    other.end();
    await other.over;

    await eventually("it is not subscribed any more", () => session.subscriptions.size === 0);
  });

  Deno.test(`${name}: who attends does not end what the client itself subscribed to`, async () => {
    await using upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const caller = legacyCaller();
    await sessions.call("resources/subscribe", { uri: URI }, { caller });
    const one = attending(sessions, { resourceSubscriptions: [URI] }, caller);
    await one.ready;

    one.end();
    await one.over;
    await sessions.tool("echo", {}, { caller });

    assert.deepEqual(upstream.journal.withRpcMethod("resources/unsubscribe"), []);
    await sessions.call("resources/unsubscribe", { uri: URI }, { caller });
    assert.deepEqual([...upstream.sessions()[0].subscriptions], []);
  });

  Deno.test(`${name}: attending fails when the server has forgotten the session`, async () => {
    let upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const one = attending(sessions, { toolsListChanged: true });
    await one.ready;

    upstream = await restarted(upstream, start);
    await using _closing = upstream;

    await assert.rejects(one.over, /closed its event stream|closed the connection/);
  });

  Deno.test(`${name}: a session that was forgotten is opened again for who attends`, async () => {
    let upstream = await start();
    await using sessions = sessionsWith(upstream.url, { route });
    const { client } = modernCaller();
    const caller = { ...modernCaller(), client: { ...client, capabilities: {} } };
    await sessions.tool("echo", {}, { caller });
    upstream = await restarted(upstream, start);
    await using _closing = upstream;

    const one = attending(sessions, { toolsListChanged: true }, caller);
    const offer = await one.ready;
    await upstream.sessions()[0].server.sendToolListChanged();
    await eventually("it is told", () => one.heard.length === 1);
    one.end();

    assert.deepEqual(offer, { toolsListChanged: true });
    assert.equal(await one.over, true);
  });
}

Deno.test("a server without a stream of its own has nothing to tell who attends", async () => {
  await using upstream = startLegacyStateless();
  await using sessions = sessionsWith(upstream.url);

  const one = attending(sessions, { toolsListChanged: true });

  assert.deepEqual(await one.ready, {});
  assert.equal(await one.over, true);
});

Deno.test("the stream ends with the last one who attends, where no client listens", async () => {
  const [{ start }] = TALKATIVE_KINDS;
  await using upstream = await start();
  await using sessions = sessionsWith(upstream.url);
  const one = attending(sessions, { toolsListChanged: true });
  await one.ready;

  one.end();
  await one.over;

  // A second stream is refused for as long as the first is open.
  const again = attending(sessions, { toolsListChanged: true });
  assert.deepEqual(await again.ready, { toolsListChanged: true });
  again.end();
  await again.over;
  const gets = upstream.journal.requests.filter(({ method }) => method === "GET");
  assert.ok(gets.length >= 2, "it was opened again");
  assert.equal(upstream.sessions().length, 1);
});

Deno.test("who attends leaves no listener with its signal when the server ends it", async () => {
  const [{ start }] = TALKATIVE_KINDS;
  await using upstream = await start();
  await using sessions = sessionsWith(upstream.url);
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...all: Parameters<typeof add>) => (listeners++, add(...all));
  signal.removeEventListener = (...all: Parameters<typeof remove>) => (listeners--, remove(...all));

  const ready = Promise.withResolvers<unknown>();
  const filter = { toolsListChanged: true };
  const over = sessions.attend({ filter, signal, onReady: ready.resolve });
  await ready.promise;
  sessions.pool.endOf(modernCaller());

  await assert.rejects(over, /closed its event stream/);
  assert.equal(listeners, 0);
});

Deno.test("a resource is subscribed to again when its last subscription has ended, not beside that", async () => {
  const told: string[] = [];
  const ended = Promise.withResolvers<void>();
  const subscriptions = new SessionSubscriptions(
    (uri) => {
      told.push(`subscribe ${uri}`);
      return Promise.resolve(true);
    },
    async (uri) => {
      await ended.promise;
      told.push(`unsubscribed ${uri}`);
    },
  );
  await subscriptions.hold("a");

  const leaving = subscriptions.release("a");
  const again = subscriptions.hold("a");
  await subscriptions.hold("b");
  ended.resolve();

  assert.equal(await again, true);
  await leaving;
  assert.deepEqual(told, ["subscribe a", "subscribe b", "unsubscribed a", "subscribe a"]);
});
