import assert from "node:assert/strict";
import type { Call } from "../../core/calls/call.ts";
import type { CallFilter } from "../../core/calls/call_filter.ts";
import { removeServer } from "../../core/servers/remove_server.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { openStore, type Store } from "../../core/kv/open_store.ts";
import { startTurncoat } from "../_support/hostile_upstreams.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import { type Answer, answerIn, type Json, legacy, modern } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

async function callsOf(world: World): Promise<Call[]> {
  const team = await world.services.workspaces.findBySlug("team");
  assert.ok(team !== null);
  const { items } = await world.services.callQueries.list(team, { limit: 100, cursor: null });
  return items;
}

/** A store whose commits of call records wait for a test, or fail. */
async function storeWithGate(gate: () => Promise<void>): Promise<Store> {
  const store = await openStore(":memory:");
  const kv = new Proxy(store.kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "atomic") return value.bind(target);
      return () => gated(target.atomic(), gate);
    },
  });
  return { ...store, kv, epochKv: kv };
}

function gated(atomic: Deno.AtomicOperation, gate: () => Promise<void>): Deno.AtomicOperation {
  let isRecord = false;
  const proxy: Deno.AtomicOperation = new Proxy(atomic, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "set" && (args[0] as Deno.KvKey)[0] === "calls") isRecord = true;
        if (name !== "commit") {
          value.apply(target, args);
          return proxy;
        }
        return isRecord ? gate().then(() => value.apply(target)) : value.apply(target);
      };
    },
  });
  return proxy;
}

Deno.test("an answer is given only after its call is on the record", async () => {
  const letOn = Promise.withResolvers<void>();
  const committing = Promise.withResolvers<void>();
  const store = await storeWithGate(() => {
    committing.resolve();
    return letOn.promise;
  });
  await using upstream = startBothEras();
  await using world = await startWorld({ store });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const events: string[] = [];

  const params = { name: "notes__echo", arguments: { text: "hi" } };
  const answer = world.send(modern(token, "tools/call", params)).then(answerIn)
    .then((given) => (events.push("answered"), given));
  await committing.promise;
  await new Promise((resolve) => setTimeout(resolve, 300));
  events.push("committed");
  letOn.resolve();

  assert.equal((await answer).result.content[0].text, "hi");
  assert.deepEqual(events, ["committed", "answered"]);
});

Deno.test("a call whose record cannot be committed is answered with an error", async () => {
  const store = await storeWithGate(() => Promise.reject(new Error("the disk is full")));
  await using upstream = startBothEras();
  await using world = await startWorld({ store });
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();

  const params = { name: "notes__echo", arguments: { text: "hi" } };
  const { result, error } = await answerIn(await world.send(modern(token, "tools/call", params)));

  assert.equal(result, undefined);
  assert.equal(error?.code, -32603);
  assert.doesNotMatch(JSON.stringify(error), /disk/);
  assert.match(world.log.join("\n"), /the disk is full/);
});

Deno.test("a call that could not be recorded is not forwarded", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  await world.services.callLog.close();

  const params = { name: "notes__echo", arguments: { text: "hi" } };
  const { error } = await answerIn(await world.send(modern(token, "tools/call", params)));

  assert.equal(error?.code, -32000);
  assert.equal(upstream.journal.runs.size, 0);
});

Deno.test("each way for a call to end has its outcome on the record", async () => {
  await using good = startBothEras();
  await using bad = startTurncoat({
    name: "answers with status 500",
    answer: () => new Response("it broke", { status: 500 }),
  });
  await using world = await startWorld();
  await world.addServer("good", good.url);
  await world.addServer("bad", bad.url);
  const { token } = await world.addToken("Alice Chen");
  const names = ["good__echo", "good__fail", "good__boom", "bad__echo", "nowhere__echo"];

  for (const name of names) {
    await answerIn(await world.send(modern(token, "tools/call", { name, arguments: {} })));
    await answerIn(await world.send(legacy(token, "tools/call", { name, arguments: {} })));
  }

  const calls = (await callsOf(world)).toReversed();
  const rows = calls.map(({ era, server, tool, outcome }) => [era, server, tool, outcome]);
  assert.deepEqual(rows, [
    ["modern", "good", "echo", "ok"],
    ["legacy", "good", "echo", "ok"],
    ["modern", "good", "fail", "tool_error"],
    ["legacy", "good", "fail", "tool_error"],
    ["modern", "good", "boom", "protocol_error"],
    ["legacy", "good", "boom", "protocol_error"],
    ["modern", "bad", "echo", "upstream_failure"],
    ["legacy", "bad", "echo", "upstream_failure"],
    ["modern", null, "nowhere__echo", "refused"],
    ["legacy", null, "nowhere__echo", "refused"],
  ]);
});

Deno.test("a record says who, when, how long and how much, in bytes", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token, id } = await world.addToken("Alice Chen");
  const params = { name: "notes__echo", arguments: { text: "Grüße, 世界 🌍" } };

  const request = modern(token, "tools/call", params);
  const sent = (await request.clone().bytes()).length;
  const received = (await (await world.send(request)).bytes()).length;

  const [call] = await callsOf(world);
  assert.equal(call.tokenId, id);
  assert.equal(call.person, "Alice Chen");
  assert.equal(call.bytesIn, sent);
  assert.equal(call.bytesOut, received);
  assert.ok(call.durationMs > 0);
  assert.ok(!Number.isNaN(Date.parse(call.at)));
});

Deno.test("nothing of the arguments, the result or the secrets is in the store", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "X-Api-Key", "the-injected-secret");
  const { token } = await world.addToken();
  const argument = "an argument that nobody else may read";

  const echo = { name: "notes__echo", arguments: { text: argument } };
  await answerIn(await world.send(modern(token, "tools/call", echo)));
  const boom = { name: "notes__boom", arguments: { text: argument } };
  await answerIn(await world.send(legacy(token, "tools/call", boom)));

  const texts: string[] = [];
  for await (const { key, value } of world.store.kv.list({ prefix: [] })) {
    texts.push(JSON.stringify(key), textOf(value));
  }
  const stored = texts.join("\n");
  assert.match(stored, /"tool":"echo"/);
  for (const secret of [argument, "boiler", "the-injected-secret", token]) {
    assert.ok(!stored.includes(secret), secret);
  }
  assert.deepEqual(world.log, []);
});

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.values(value).map(textOf).join("\n");
}

Deno.test("a result arrives as its server gave it, in every combination of eras", async () => {
  await using modernOnly = startModern();
  await using sessions = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("new", modernOnly.url);
  await world.addServer("old", sessions.url);
  const { token } = await world.addToken();
  const call = (send: typeof modern, slug: string, tool: string): Promise<Answer> =>
    world.send(send(token, "tools/call", { name: `${slug}__${tool}`, arguments: { text: "hi" } }))
      .then(answerIn);

  for (const slug of ["new", "old"]) {
    const content = [{ type: "text", text: "hi" }];
    const { result } = await call(modern, slug, "echo");
    assert.deepEqual([result.content, result.resultType], [content, "complete"], slug);
    assert.deepEqual((await call(legacy, slug, "echo")).result.content, content, slug);
    assert.ok(!("resultType" in (await call(legacy, slug, "echo")).result), slug);

    for (const send of [modern, legacy]) {
      const { error } = await call(send, slug, "boom");
      assert.equal(error?.code, -32050);
      assert.match(error?.message ?? "", /The boiler is on fire/);
      assert.deepEqual(error?.data, { degrees: 451 });
    }
  }
});

Deno.test("the id of a request comes back with its type", async () => {
  await using upstream = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const params: Json = { name: "notes__echo", arguments: { text: "hi" } };

  for (const id of [1, "1", 0, -5, "", "a long-ish id", 9007199254740991]) {
    for (const send of [modern, legacy]) {
      const answer = await answerIn(await world.send(send(token, "tools/call", params, { id })));
      assert.strictEqual(answer.id, id);
    }
  }
});

Deno.test("who left and what was removed stay readable, and are told from those who came after", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  const { services } = world;
  const params = { name: "notes__echo", arguments: { text: "hi" } };
  const call = async (name: string) => {
    const { token, id } = await world.addToken(name);
    await answerIn(await world.send(modern(token, "tools/call", params)));
    return id;
  };
  const first = await world.addServer("notes", upstream.url);
  const left = await call("Alice Chen");
  await revokeToken(services, AN_ADMIN, "team", left);
  await removeServer(services, AN_ADMIN, "notes", { force: true });
  const second = await world.addServer("notes", upstream.url);
  const stayed = await call("Alice Chen");

  const team = await services.workspaces.findBySlug("team") ?? assert.fail();
  const list = async (filter: CallFilter) => {
    const page = await services.callQueries.list(team, { limit: 10, cursor: null }, filter);
    return page.items.map((one) => [one.person, one.tokenId, one.server, one.serverId]);
  };

  assert.deepEqual(await list({ member: left }), [["Alice Chen", left, "notes", first.id]]);
  assert.deepEqual(await list({ server: second.id }), [["Alice Chen", stayed, "notes", second.id]]);
  assert.equal((await list({ server: "notes", member: "alice chen" })).length, 2);
});
