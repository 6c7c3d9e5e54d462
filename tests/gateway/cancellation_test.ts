import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { serveLocally, type Upstream } from "../_support/upstream.ts";
import { answerIn, beginSession, legacy, modern, notification, StreamReader } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

const UPSTREAMS = { startModern, startLegacySessions, startLegacySse };

function wait(key: string) {
  return { name: "notes__wait", arguments: { key } };
}

async function isRunning({ journal }: Upstream, key: string): Promise<void> {
  await eventually(`${key} runs`, () => journal.waits.get(key) === "running");
}

async function isCancelled({ journal }: Upstream, key: string): Promise<void> {
  await eventually(`${key} is cancelled`, () => journal.waits.get(key) === "cancelled");
}

async function outcomes(world: World): Promise<string[]> {
  const team = await world.services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  const { items } = await world.services.callQueries.list(team, { limit: 100, cursor: null });
  return items.map(({ outcome }) => outcome);
}

for (const [what, start] of Object.entries(UPSTREAMS)) {
  Deno.test(`a modern client that closes its stream takes its call back: ${what}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token } = await world.addToken();

    const response = await world.send(modern(token, "tools/call", wait("a")));
    await isRunning(upstream, "a");
    await response.body?.cancel();

    await isCancelled(upstream, "a");
    await eventually("it is on the record", async () => (await outcomes(world)).length === 1);
    assert.deepEqual(await outcomes(world), ["cancelled"]);
    assert.deepEqual(world.log, []);
  });

  Deno.test(`a legacy client takes its call back with a notification: ${what}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token } = await world.addToken();
    const session = await beginSession(world.send, token);

    const reply = world.send(legacy(token, "tools/call", wait("a"), { session, id: 5 }));
    await isRunning(upstream, "a");
    const cancel = notification(token, "notifications/cancelled", { requestId: 5 }, { session });
    assert.equal((await world.send(cancel)).status, 202);

    await isCancelled(upstream, "a");
    assert.equal(await (await reply).text(), "");
    assert.deepEqual(await outcomes(world), ["cancelled"]);
  });

  Deno.test(`a legacy client that loses its connection keeps its call: ${what}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    const { token } = await world.addToken();
    const params = { name: "notes__count", arguments: { to: 3, pauseMs: 100 } };
    const extras = { meta: { progressToken: 1 } };

    const response = await world.send(legacy(token, "tools/call", params, extras));
    const reader = new StreamReader(response);
    await reader.until(/"progress":1/);
    await reader.leave();

    await eventually("it is on the record", async () => (await outcomes(world)).length === 1);
    assert.deepEqual(await outcomes(world), ["ok"]);
    assert.equal(upstream.journal.withRpcMethod("notifications/cancelled").length, 0);
  });
}

Deno.test("a call is taken back through another process", async () => {
  await using upstream = startLegacySessions();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();
  const session = await beginSession(one.send, token);
  await answerIn(await one.send(legacy(token, "ping", {}, { session })));

  const reply = one.send(legacy(token, "tools/call", wait("a"), { session, id: "5" }));
  await isRunning(upstream, "a");
  const cancel = notification(token, "notifications/cancelled", { requestId: "5" }, { session });
  assert.equal((await two.send(cancel)).status, 202);

  await isCancelled(upstream, "a");
  await (await reply).body?.cancel();
});

Deno.test("a notification takes back nothing of another member, session or id", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const alice = await world.addToken("Alice");
  const bob = await world.addToken("Bob");
  const session = await beginSession(world.send, alice.token);
  const other = await beginSession(world.send, alice.token);
  const call = (key: string, inSession?: string) =>
    world.send(legacy(alice.token, "tools/call", wait(key), { session: inSession, id: 5 }));
  const cancel = async (token: string, requestId: unknown, session?: string) => {
    const request = notification(token, "notifications/cancelled", { requestId }, { session });
    return (await world.send(request)).status;
  };

  const replies = [call("in a session", session), call("without one")];
  for (const key of ["in a session", "without one"]) await isRunning(upstream, key);
  const statuses = [
    await cancel(bob.token, 5),
    await cancel(bob.token, 5, session),
    await cancel(alice.token, 5, other),
    await cancel(alice.token, "5", session),
    await cancel(alice.token, "5"),
    await cancel(alice.token, { five: 5 }, session),
  ];
  const echo = { name: "notes__echo", arguments: { text: "hi" } };
  for (const { token } of [alice, bob]) {
    await answerIn(await world.send(modern(token, "tools/call", echo)));
  }

  assert.deepEqual(statuses, [202, 404, 202, 202, 202, 202]);
  assert.equal(upstream.journal.withRpcMethod("notifications/cancelled").length, 0);
  await cancel(alice.token, 5, session);
  await isCancelled(upstream, "in a session");
  assert.equal(upstream.journal.waits.get("without one"), "running");
  await cancel(alice.token, 5);
  await isCancelled(upstream, "without one");
  for (const reply of await Promise.all(replies)) assert.equal(reply.status, 202);
});

Deno.test("a list that is taken back is no failure of the gateway", async () => {
  await using silent = serveLocally(() => new Promise(() => {}));
  const { log, ...world } = await startWorld();
  await world.addServer("silent", silent.origin);
  const { token } = await world.addToken();

  const response = await world.send(modern(token, "tools/list"));
  await response.body?.cancel();
  await world.services.close();

  assert.deepEqual(log, []);
});

Deno.test("a modern client that leaves before its reply begins takes its call back too", async () => {
  await using upstream = startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await using gateway = serveLocally((request) => world.send(request));
  const { method, headers, body } = modern(token, "tools/call", wait("a"));
  const leaving = new AbortController();

  const reply = fetch(gateway.origin, { method, headers, body, signal: leaving.signal });
  await isRunning(upstream, "a");
  leaving.abort();

  await assert.rejects(reply);
  await isCancelled(upstream, "a");
});

Deno.test("a graceful end lets running calls finish, on the record", async () => {
  await using upstream = startModern();
  await using file = await sharedFile();
  await using later = await startWorld({ store: await file.open() });
  const world = await later.another();
  await later.addServer("notes", upstream.url);
  const { token } = await later.addToken();
  const params = { name: "notes__wait", arguments: { key: "a", ms: 400 } };

  const reply = world.send(modern(token, "tools/call", params));
  await isRunning(upstream, "a");
  const closing = world.services.close();
  const refused = await world.send(modern(token, "tools/list"));

  assert.equal(refused.status, 503);
  assert.equal((await answerIn(await reply)).result.content[0].text, "waited");
  await closing;
  assert.deepEqual(await outcomes(later), ["ok", "refused"]);
});
