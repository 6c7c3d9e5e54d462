import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import { addMember, declare } from "./_members.ts";
import { answerIn, bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

async function listens(world: World, token: string, session: string): Promise<StreamReader> {
  const response = await world.send(bare("GET", token, session));
  assert.equal(response.status, 200);
  const stream = new StreamReader(response);
  await stream.until(/:\n\n/);
  return stream;
}

/** Two processes, a server that wants a key of each member's own, and two members. */
async function pair<Server extends { url: string } & AsyncDisposable>(server: Server) {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(server);
  const file = stack.use(await sharedFile());
  const one = stack.use(await startWorld({ store: await file.open() }));
  const two = stack.use(await one.another());
  await one.addServer("notes", upstream.url);
  await declare(one, "notes", "KEY");
  const alice = await addMember(one, "notes", { name: "Alice", email: "alice@example.com" });
  const bob = await addMember(one, "notes", { name: "Bob" });
  const dispose = () => stack.disposeAsync();
  return { upstream, one, two, alice, bob, [Symbol.asyncDispose]: dispose };
}

for (const where of ["one", "two"] as const) {
  Deno.test(`a member who listens hears of the tools that their own secret opens: process ${where}`, async () => {
    await using world = await pair(await startBothEras());
    const { one, alice, bob } = world;
    await using mine = await listens(
      world[where],
      alice.token,
      await beginSession(one.send, alice.token),
    );
    await using bobs = await listens(
      world[where],
      bob.token,
      await beginSession(one.send, bob.token),
    );

    await alice.set("KEY", "key-of-alice");
    await mine.until(/notifications\/tools\/list_changed/);
    await alice.remove("KEY");
    await mine.until(/notifications\/tools\/list_changed/);

    // Nothing has changed for Bob until something does for all.
    await one.addServer("other", world.upstream.url);
    const [told] = await bobs.until(/^[^]*?tools\/list_changed/);
    assert.equal(told.match(/list_changed/g)?.length, 1);
  });
}

Deno.test("a server that nobody can reach in common is installed, announced, and not watched", async () => {
  await using upstream = await startModern();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await declare(world, "notes", "KEY");
  const { token } = await world.addToken();
  await using stream = await listens(world, token, await beginSession(world.send, token));

  await declare(world, "notes", "KEY", { value: "a-shared-key" });
  await stream.until(/tools\/list_changed/);
  await declare(world, "notes", "KEY");
  await stream.until(/tools\/list_changed/);
  const seen = upstream.journal.requests.length;
  await world.addServer("later", upstream.url);
  await declare(world, "later", "OTHER");
  await stream.until(/tools\/list_changed/);

  const sent = upstream.journal.requests.slice(seen).map(({ headers }) =>
    headers.get("authorization")
  );
  assert.deepEqual(sent.filter((key) => key !== null && key !== "Bearer a-shared-key"), []);
});

Deno.test("what a member listens for goes on under their new secret, and only theirs", async () => {
  await using world = await pair(startStreamableFeatures("2025-11-25"));
  const { upstream, one, two, alice, bob } = world;
  await alice.set("KEY", "first-key-of-alice");
  await bob.set("KEY", "key-of-bob");
  const streams = [];
  for (const { token } of [alice, bob]) {
    const session = await beginSession(one.send, token);
    streams.push(await listens(one, token, session));
    const params = { uri: "notes://today#~notes" };
    const subscribe = legacy(token, "resources/subscribe", params, { session });
    assert.deepEqual((await answerIn(await one.send(subscribe))).result, {});
  }
  await eventually("both are subscribed", () => upstream.listeners() > 1);
  const from = upstream.journal.requests.length;

  await alice.set("KEY", "second-key-of-alice", two);

  const since = () => upstream.journal.requests.slice(from);
  await eventually("the end of the session under the first key", () => {
    return since().some(({ method, headers }) => {
      return method === "DELETE" && headers.get("authorization") === "Bearer first-key-of-alice";
    });
  });
  await eventually("the subscription under the second key", () => {
    return since().some(({ headers, body }) => {
      return body.includes("resources/subscribe") &&
        headers.get("authorization") === "Bearer second-key-of-alice";
    });
  });
  assert.ok(!since().some(({ headers }) => headers.get("authorization") === "Bearer key-of-bob"));
  for (const stream of streams) await stream[Symbol.asyncDispose]();
});

Deno.test("an HTTP+SSE stream to a server carries the key of its member alone", async () => {
  await using world = await pair(await startLegacySse());
  const { upstream, one, two, alice, bob } = world;
  await alice.set("KEY", "key-of-alice");
  await bob.set("KEY", "key-of-bob");

  const call = async ({ token }: { token: string }, at: World, text: string) => {
    const params = { name: "notes__echo", arguments: { text } };
    const { error } = await answerIn(await at.send(legacy(token, "tools/call", params)));
    assert.equal(error, undefined);
  };
  await Promise.all([
    call(alice, one, "alice"),
    call(bob, one, "bob"),
    call(alice, two, "alice"),
    call(bob, two, "bob"),
  ]);

  const keyOf = new Map<string, Set<string | null>>();
  for (const { headers, url, method } of upstream.journal.requests) {
    const key = headers.get("authorization");
    assert.ok(key === "Bearer key-of-alice" || key === "Bearer key-of-bob", `${method} ${url}`);
    const session = new URL(url, upstream.url).search;
    if (session !== "") keyOf.set(session, (keyOf.get(session) ?? new Set()).add(key));
  }
  assert.ok(keyOf.size >= 4);
  for (const keys of keyOf.values()) assert.equal(keys.size, 1);
});

Deno.test("who was let in with an older secret is not served in its session any more", async () => {
  await using world = await pair(await startLegacySessions());
  const { upstream, one, two, alice } = world;
  await alice.set("KEY", "first-key");
  const params = { name: "notes__echo", arguments: { text: "hi" } };
  await answerIn(await one.send(legacy(alice.token, "tools/call", params)));

  await alice.set("KEY", "second-key", two);
  await eventually("the end of the older session, without another call", () => {
    return upstream.journal.requests.some(({ method }) => method === "DELETE");
  });
  const ended = upstream.journal.requests.findLast(({ method }) => method === "DELETE");
  assert.equal(ended?.headers.get("authorization"), "Bearer first-key");

  await answerIn(await one.send(modern(alice.token, "tools/call", params)));
  assert.equal(upstream.journal.requests.at(-1)?.headers.get("authorization"), "Bearer second-key");
});
