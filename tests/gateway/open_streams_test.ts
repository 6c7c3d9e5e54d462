import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { answerIn, bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

/** Every kind of stream that a token can hold open. */
async function openAll(world: World, token: string): Promise<StreamReader[]> {
  const session = await beginSession(world.send, token);
  const wait = { name: "notes__wait", arguments: { key: crypto.randomUUID() } };
  const opened = await Promise.all([
    world.send(bare("GET", token)),
    world.send(bare("GET", token, session)),
    world.send(modern(token, "tools/call", wait)),
  ]);
  for (const response of opened) {
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
  }
  return opened.map((response) => new StreamReader(response));
}

Deno.test("a token's open streams end when it is revoked, here and in another process, and no others do", async () => {
  await using upstream = startModern();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const alice = await one.addToken("Alice");
  const bob = await one.addToken("Bob");
  const ofAlice = [...await openAll(one, alice.token), ...await openAll(two, alice.token)];
  const ofBob = await two.send(bare("GET", bob.token)).then((r) => new StreamReader(r));
  await ofBob.until(/event: endpoint/);

  await revokeToken(one.services, AN_ADMIN, "team", alice.id);

  await Promise.all(ofAlice.map((stream) => stream.ended()));
  const ended = ofBob.ended().then(() => "ended");
  const pause = new Promise((resolve) => setTimeout(() => resolve("still open"), 300));
  assert.equal(await Promise.race([ended, pause]), "still open");
  await ofBob.leave();
});

Deno.test("open streams end when their workspace is removed", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  await using stream = new StreamReader(await world.send(bare("GET", token)));
  await stream.until(/event: endpoint/);

  await removeWorkspace(world.services, AN_ADMIN, "team", { force: true });

  await stream.ended();
});

Deno.test("an expired token's open streams end with the next look at its workspace", async () => {
  await using world = await startWorld();
  const expiresAt = new Date(world.services.now().getTime() + 60_000).toISOString();
  const { token } = await world.addToken("Alice", { expiresAt });
  await using stream = new StreamReader(await world.send(bare("GET", token)));
  await stream.until(/event: endpoint/);

  world.advance(60_000);
  await world.addToken("Bob");

  await stream.ended();
});

Deno.test("a graceful end ends every open stream", async () => {
  const world = await startWorld();
  const { token } = await world.addToken();
  const session = await beginSession(world.send, token);
  const streams = [
    new StreamReader(await world.send(bare("GET", token))),
    new StreamReader(await world.send(bare("GET", token, session))),
  ];

  await world.services.close();

  await Promise.all(streams.map((stream) => stream.ended()));
});

Deno.test("a token holds 200 streams open and no more, and a stream that was left makes room", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const other = await world.addToken("Bob");
  const streams = await Promise.all(
    Array.from({ length: 200 }, () => world.send(bare("GET", token))),
  );

  const refused = await world.send(bare("GET", token));
  assert.equal(refused.status, 429);
  assert.match((await answerIn(refused)).error?.message ?? "", /the limit is 200/);
  const ofAnother = await world.send(bare("GET", other.token));
  assert.equal(ofAnother.status, 200);
  await streams[0].body?.cancel();
  const next = await world.send(bare("GET", token));
  assert.equal(next.status, 200);

  for (const stream of [...streams.slice(1), ofAnother, next]) await stream.body?.cancel();
});

Deno.test("a session is served by every process, until one of them ends it", async () => {
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  const { token } = await one.addToken();
  const session = await beginSession(one.send, token);
  const ping = (world: World) => world.send(legacy(token, "ping", {}, { session }));
  assert.equal((await ping(one)).status, 200);
  assert.equal((await ping(two)).status, 200);

  assert.equal((await two.send(bare("DELETE", token, session))).status, 204);

  for (const world of [one, two]) {
    const gone = await ping(world);
    assert.equal(gone.status, 404);
    assert.equal((await answerIn(gone)).error?.code, -32001);
    assert.equal((await world.send(bare("GET", token, session))).status, 404);
    assert.equal((await world.send(bare("DELETE", token, session))).status, 404);
  }
});

Deno.test("a stream that the gateway ends makes room too: by a session's end, by a resumption", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const open = async (session: string, lastEventId?: string) => {
    const request = bare("GET", token, session);
    if (lastEventId !== undefined) request.headers.set("last-event-id", lastEventId);
    const response = await world.send(request);
    assert.equal(response.status, 200);
    const stream = new StreamReader(response);
    return { stream, id: lastEventId ?? (await stream.until(/id: (\S+)\n/))[1] };
  };
  const rest = await Promise.all(
    Array.from({ length: 198 }, () => world.send(bare("GET", token))),
  );

  for (let time = 0; time < 3; time++) {
    const session = await beginSession(world.send, token);
    const first = await open(session);
    const again = await open(session, first.id);
    await first.stream.ended();
    assert.equal((await world.send(bare("DELETE", token, session))).status, 204);
    await again.stream.ended();
  }

  for (const response of rest) await response.body?.cancel();
});

Deno.test("a client that cannot listen, for too many streams, is told so and does not wait", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();
  const streams = await Promise.all(
    Array.from({ length: 200 }, () => world.send(bare("GET", token))),
  );

  const params = { notifications: { toolsListChanged: true } };
  const refused = await world.send(modern(token, "subscriptions/listen", params, { id: 8 }));
  const { id, error } = await answerIn(refused);

  assert.equal(refused.status, 429);
  assert.equal(id, 8);
  assert.match(error?.message ?? "", /the limit is 200/);
  for (const stream of streams) await stream.body?.cancel();
});
