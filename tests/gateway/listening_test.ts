import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { prefixes } from "../../core/kv/keys.ts";
import type { Store } from "../../core/kv/open_store.ts";
import { eventually } from "../_support/eventually.ts";
import { startStreamableFeatures } from "../_support/feature_server_legacy.ts";
import { startModernFeatures } from "../_support/feature_server_modern.ts";
import { askOutside, startTalkativeStreamable } from "../_support/session_upstreams.ts";
import { answerIn, bare, beginSession, legacy, modern, StreamReader } from "./_requests.ts";
import { sharedFile, startPair, startWorld, type World } from "./_world.ts";

/** Two gateways on one store, a server, and a session of a client. */
function listening() {
  return startPair(startStreamableFeatures("2025-11-25"));
}

async function subscribe(world: World, token: string, session: string): Promise<void> {
  const params = { uri: "notes://today#~notes" };
  const answer = await answerIn(
    await world.send(legacy(token, "resources/subscribe", params, { session })),
  );
  assert.deepEqual(answer.result, {});
}

async function unsubscribe(world: World, token: string, session: string): Promise<void> {
  const params = { uri: "notes://today#~notes" };
  const request = legacy(token, "resources/unsubscribe", params, { session });
  assert.deepEqual((await answerIn(await world.send(request))).result, {});
}

/** The store as a process sees it that reads what all processes are told only afterwards. */
function withLateNews(store: Store, until: Promise<void>): Store {
  const kv = new Proxy(store.kv, {
    get(kv, name) {
      if (name !== "list") return bound(kv, name);
      return async function* (...[selector, options]: Parameters<Deno.Kv["list"]>) {
        const isNews = "start" in selector && "prefix" in selector &&
          String(selector.prefix) === String(prefixes.mail("all"));
        if (isNews) await until;
        yield* kv.list(selector, options);
      };
    },
  });
  return { ...store, kv };
}

function bound(kv: Deno.Kv, name: string | symbol): unknown {
  const value: unknown = Reflect.get(kv, name, kv);
  return typeof value === "function" ? value.bind(kv) : value;
}

async function listens(world: World, token: string, session: string): Promise<StreamReader> {
  const response = await world.send(bare("GET", token, session));
  assert.equal(response.status, 200);
  const stream = new StreamReader(response);
  await stream.until(/:\n\n/);
  return stream;
}

for (const where of ["one", "two"] as const) {
  Deno.test(`a change is told where the client listens: process ${where}`, async () => {
    await using world = await listening();
    const { one, token, session, upstream } = world;
    await using stream = await listens(world[where], token, session);
    await subscribe(one, token, session);
    await eventually("the server can say something", () => upstream.listeners() > 0);

    await upstream.change();

    await stream.until(/notifications\/resources\/updated.*"uri":"notes:\/\/today#~notes"/);
  });
}

Deno.test("a change is told although the word of its subscription is still on the way", async () => {
  const late = Promise.withResolvers<void>();
  await using world = await startPair(startModernFeatures(), {
    seenByOne: (store) => withLateNews(store, late.promise),
  });
  await using _released = { [Symbol.asyncDispose]: () => Promise.resolve(late.resolve()) };
  const { one, two, token, session, upstream } = world;
  await using stream = await listens(one, token, session);
  // From now on this process remembers that the session is subscribed to nothing.
  await subscribe(one, token, session);
  await unsubscribe(one, token, session);

  await subscribe(two, token, session);
  await eventually("the subscription", () => upstream.subscribers() === 1);
  await upstream.change();

  await stream.until(/notifications\/resources\/updated.*"uri":"notes:\/\/today#~notes"/);
});

Deno.test("a resource that changes many times at once is told once", async () => {
  await using world = await listening();
  const { one, token, session, upstream } = world;
  await using stream = await listens(one, token, session);
  await subscribe(one, token, session);
  await eventually("the server can say something", () => upstream.listeners() > 0);

  for (let time = 0; time < 20; time++) await upstream.change();
  await stream.until(/notifications\/resources\/updated/);
  await world.one.addServer("later", upstream.url);
  const told = await stream.until(/^[^]*?notifications\/tools\/list_changed/);

  assert.ok(!told[0].includes("resources/updated"), told[0]);
});

Deno.test("another member's session and another session of the same member hear nothing", async () => {
  await using world = await listening();
  const { one, token, session, upstream } = world;
  const bob = await one.addToken("Bob");
  await using mine = await listens(one, token, session);
  await using other = await listens(one, token, await beginSession(one.send, token));
  await using bobs = await listens(one, bob.token, await beginSession(one.send, bob.token));
  await subscribe(one, token, session);
  await eventually("the server can say something", () => upstream.listeners() > 0);

  await upstream.change();
  await mine.until(/notifications\/resources\/updated/);
  await one.addServer("later", upstream.url);

  for (const stream of [other, bobs]) {
    const heard = await stream.until(/^[^]*?notifications\/tools\/list_changed/);
    assert.ok(!heard[0].includes("resources/updated"), heard[0]);
  }
});

Deno.test("a session that is ended at one process ends its stream at the other, and its upstream session", async () => {
  await using world = await listening();
  const { one, two, token, session, upstream } = world;
  await using stream = await listens(two, token, session);
  await subscribe(one, token, session);
  await eventually("the server can say something", () => upstream.listeners() > 0);

  assert.equal((await one.send(bare("DELETE", token, session))).status, 204);

  await stream.ended();
  assert.equal((await two.send(bare("GET", token, session))).status, 404);
  assert.equal((await two.send(legacy(token, "ping", {}, { session }))).status, 404);
  await eventually("the server's stream is closed", () => upstream.listeners() === 0);
});

Deno.test("every stream ends when the gateway does", async () => {
  await using world = await listening();
  const { one, token, session } = world;
  const ending = await one.another();
  await using get = await listens(ending, token, session);
  await using sse = new StreamReader(await ending.send(bare("GET", token)));

  await ending.services.close();

  await Promise.all([get.ended(), sse.ended()]);
});

Deno.test("a client that unsubscribed at another process is told no more", async () => {
  await using world = await listening();
  const { one, two, token, session, upstream } = world;
  await using stream = await listens(one, token, session);
  await subscribe(one, token, session);
  await eventually("the server can say something", () => upstream.listeners() > 0);
  await upstream.change();
  await stream.until(/notifications\/resources\/updated/);

  const params = { uri: "notes://today#~notes" };
  await answerIn(await two.send(legacy(token, "resources/unsubscribe", params, { session })));

  let time = 0;
  let quiet = 0;
  await eventually("the other process knows, and nothing more is told", async () => {
    await upstream.change();
    await upstream.grow(`later ${time++}`);
    const [told] = await stream.until(/^[^]*?list_changed[^]*?list_changed[^]*?list_changed/);
    quiet = told.includes("resources/updated") ? 0 : quiet + 1;
    return quiet === 4;
  });
});

Deno.test("a client with two streams in one session is told a change on one of them", async () => {
  await using world = await listening();
  const { one, token, session, upstream } = world;
  await using older = await listens(one, token, session);
  await using newer = await listens(one, token, session);

  await one.addServer("later", upstream.url);
  await newer.until(/notifications\/resources\/list_changed/);
  await one.services.gateway.close(1_000);

  assert.ok(!(await older.rest()).includes("list_changed"));
});

for (const where of ["one", "two"] as const) {
  Deno.test(`a server that was taken out asks and tells a listening client nothing: process ${where}`, async () => {
    await using upstream = startTalkativeStreamable();
    await using file = await sharedFile();
    await using one = await startWorld({ store: await file.open() });
    await using two = await one.another();
    await one.addServer("notes", upstream.url);
    const { token } = await one.addToken();
    const session = await beginSession(one.send, token, { elicitation: {} });
    await using stream = await listens({ one, two }[where], token, session);
    const say = { name: "notes__say", arguments: { text: "hi" } };
    await answerIn(await one.send(legacy(token, "tools/call", say, { session })));
    const [talkative] = upstream.sessions();

    await uninstallServer(one.services, AN_ADMIN, { workspace: "team", server: "notes" });
    // The session may have been closed already.
    await assert.rejects(askOutside(talkative), /has no stream|[Cc]losed|Not connected/);
    const log = { level: "error", data: "still here" } as const;
    await talkative.server.sendLoggingMessage(log).catch(() => {});
    const [told] = await stream.until(/^[^]*?notifications\/resources\/list_changed/);
    await one.services.gateway.close(1_000);
    await two.services.gateway.close(1_000);

    assert.ok(!/still here|elicitation/.test(told + await stream.rest()));
  });
}

Deno.test("a key that is rotated holds for what a client listens for, without another call", async () => {
  await using world = await listening();
  const { one, token, session, upstream } = world;
  await one.addSecret("notes", "X-Api-Key", "the first key");
  await using stream = await listens(one, token, session);
  await subscribe(one, token, session);
  await eventually("the server can say something", () => upstream.listeners() > 0);
  const opened = upstream.journal.requests.length;

  await one.addSecret("notes", "X-Api-Key", "the second key");

  const since = () => upstream.journal.requests.slice(opened);
  await eventually("the end of the older session", () => {
    return since().some(({ method }) => method === "DELETE");
  });
  await eventually("the subscription under the new key", () => {
    const subscribed = since().filter(({ body }) => body.includes("resources/subscribe"));
    return subscribed.some(({ headers }) => headers.get("x-api-key") === "the second key");
  });
  await eventually("the server can say something again", () => upstream.listeners() > 0);
  await upstream.change();
  await stream.until(/notifications\/resources\/updated.*"uri":"notes:\/\/today#~notes"/);
});

Deno.test("a server that was taken out tells a stream of the modern era nothing", async () => {
  await using upstream = startModernFeatures();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const notifications = {
    toolsListChanged: true,
    resourceSubscriptions: ["notes://today#~notes"],
  };
  const response = await world.send(modern(token, "subscriptions/listen", { notifications }));
  await using stream = new StreamReader(response);
  await stream.until(/acknowledged/);
  await eventually("the subscription", () => upstream.subscribers() > 0);
  await upstream.change();
  await stream.until(/resources\/updated/);

  await uninstallServer(world.services, AN_ADMIN, { workspace: "team", server: "notes" });
  await stream.until(/tools\/list_changed/);
  await upstream.change();
  await world.addServer("other", upstream.url);
  const [between] = await stream.until(/[^]*tools\/list_changed/);

  assert.ok(!between.includes("resources/updated"), between);
});
