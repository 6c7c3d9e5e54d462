import assert from "node:assert/strict";
import type { Event } from "../../core/events/event.ts";
import { EventStore } from "../../core/events/event_store.ts";
import { enableServer } from "../../core/servers/disable_server.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { testServer } from "../../core/upstream/test_server.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { addMember, declare } from "./_members.ts";
import { answerIn, legacy, modern } from "./_requests.ts";
import { startPair, startWorld, type World } from "./_world.ts";

const KEY = "sk_live_51Hq0Kc2eZvKYlo2C";
const WHOAMI = { name: "notes__whoami", arguments: { headers: ["x-api-key"] } };

for (const [what, start] of Object.entries({ startBothEras, startLegacySse })) {
  Deno.test(`a key that a server sends back is redacted and an admin sees where: ${what}`, async () => {
    await using upstream = await start();
    await using world = await startWorld();
    await world.addServer("notes", upstream.url);
    await world.addSecret("notes", "API_KEY", KEY, { kind: "header", name: "x-api-key" });
    const { token } = await world.addToken();

    const { result } = await answerIn(await world.send(legacy(token, "tools/call", WHOAMI)));

    assert.equal(result.structuredContent.headers["x-api-key"], "[redacted:API_KEY]");
    const [event] = await eventsOf(world);
    assert.ok(event?.kind === "leak");
    const { secret, form, place, method, tool, server, times } = event;
    assert.deepEqual({ secret, form, place, method, tool, server, times }, {
      secret: "API_KEY",
      form: "raw",
      place: "body",
      method: "tools/call",
      tool: "whoami",
      server: "notes",
      times: 1,
    });
  });
}

Deno.test("leaks that say the same are one event a minute, and the rest are counted", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "X-Api-Key", KEY);
  const { token } = await world.addToken();

  for (let call = 0; call < 5; call++) {
    await answerIn(await world.send(modern(token, "tools/call", WHOAMI)));
  }
  await world.services.leaks.close();

  const events = await eventsOf(world);
  assert.deepEqual(events.map((event) => event.kind === "leak" && event.times), [4, 1]);
});

Deno.test("a header that holds a key is an event of its own, and no error repeats it", async () => {
  await using http = serveLocally(() =>
    new Response(null, { status: 307, headers: { location: `https://${KEY}.example.com/` } })
  );
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  await world.addSecret("notes", "X-Api-Key", KEY);
  const { token } = await world.addToken();

  const { error } = await answerIn(await world.send(modern(token, "tools/call", WHOAMI)));

  assert.match(
    error?.message ?? "",
    /redirects to another origin, one whose name may hold a secret/,
  );
  assert.ok(!JSON.stringify(error).toLowerCase().includes(KEY.toLowerCase()));
  const [event] = await eventsOf(world);
  assert.ok(event?.kind === "leak" && event.place === "header");
});

Deno.test("the shared value of a secret is taken out for members too who have their own", async () => {
  await using http = serveLocally(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id } = await request.json();
    const content = [{ type: "text", text: "shared-key-1 and key-of-alice" }];
    return Response.json({ jsonrpc: "2.0", id, result: { resultType: "complete", content } });
  });
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  await updateServer(world.services, AN_ADMIN, "notes", { protocol: "2026-07-28" });
  await declare(world, "notes", "KEY", { value: "shared-key-1" });
  const alice = await addMember(world, "notes", { name: "Alice", email: "alice@example.com" });
  await alice.set("KEY", "key-of-alice");

  const { result } = await answerIn(
    await world.send(modern(alice.token, "tools/call", { name: "notes__any", arguments: {} })),
  );

  assert.equal(result.content[0].text, "[redacted:KEY] and [redacted:KEY]");
});

Deno.test("no error puts a key together that a redirect has in pieces", async () => {
  const key = "sk-live-51hq0kc2ez";
  let location = "";
  await using http = serveLocally(() => new Response(null, { status: 302, headers: { location } }));
  await using world = await startWorld();
  await world.addServer("notes", http.origin);
  await world.addSecret("notes", "X-Api-Key", key);
  const { token } = await world.addToken();

  // What URLs leave out, and what names of hosts are mapped to.
  for (const between of ["\t", "\xad", "%C2%AD", "%EF%B8%80"]) {
    const split = `${key.slice(0, 5)}${between}${key.slice(5)}`;
    for (location of [`https://${split}.example.com/`, `/a/${split}`]) {
      const { error } = await answerIn(await world.send(modern(token, "tools/call", WHOAMI)));
      assert.match(error?.message ?? "", /redirects/);
      assert.ok(!error?.message.includes(key), error?.message);
    }
  }
});

Deno.test("an answer that is nothing but a key is read to the same limit as any other", async () => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { a: KEY.repeat(1_000_000) } });
  await using http = serveLocally(() =>
    new Response(body, { headers: { "content-type": "application/json" } })
  );
  await using world = await startWorld();
  const server = await world.addServer("notes", http.origin, { connectSeconds: 120 });
  await world.addSecret("notes", "K".repeat(64), KEY, { kind: "header", name: "x-api-key" });
  const pinned = { ...server, protocol: "2025-11-25" as const };

  const report = await testServer(world.services, pinned);

  assert.equal(report.message, 'Server "notes" sent an answer of more than 64 Mi characters');
});

Deno.test("a leak is on the record however long the method is that a caller names", async () => {
  const result = { resultType: "complete", text: KEY };
  const fetch = () => Promise.resolve(Response.json({ jsonrpc: "2.0", id: 1, result }));
  await using world = await startWorld({ fetch });
  await world.addServer("notes", "http://127.0.0.1:1/mcp");
  await updateServer(world.services, AN_ADMIN, "notes", { protocol: "2026-07-28" });
  await world.addSecret("notes", "X-Api-Key", KEY);
  const { token } = await world.addToken();

  const method = `x/${"m".repeat(100_000)}`;
  const request = legacy(token, method);
  const answer = await answerIn(await world.services.gateway.handle(request, "team", "notes"));

  assert.equal(answer.result?.text, "[redacted:X-Api-Key]");
  const [event] = await eventsOf(world);
  assert.ok(event?.kind === "leak" && event.method === method.slice(0, 200));
});

Deno.test("an answer with a leak that cannot be put on the record is not given", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "X-Api-Key", KEY);
  const { token } = await world.addToken();
  const params = { name: "notes__whoami", arguments: { headers: [] } };
  await answerIn(await world.send(modern(token, "tools/call", params)));

  const { add } = EventStore.prototype;
  EventStore.prototype.add = () => Promise.reject(new Error("The disk is full"));
  try {
    for (const send of [modern, legacy]) {
      const { error } = await answerIn(await world.send(send(token, "tools/call", WHOAMI)));
      assert.equal(error?.message, "Something failed in the gateway.");
    }
  } finally {
    EventStore.prototype.add = add;
  }
  const given = await answerIn(await world.send(modern(token, "tools/call", WHOAMI)));

  assert.match(JSON.stringify(given.result), /redacted:X-Api-Key/);
  assert.deepEqual((await eventsOf(world)).map((event) => event.kind), ["leak"]);
});

Deno.test("a server that is to be blocked on a leak is refused from the next call on, everywhere", async () => {
  await using pair = await startPair(startBothEras());
  const { one, two, token } = pair;
  await one.addSecret("notes", "X-Api-Key", KEY);
  await updateServer(one.services, AN_ADMIN, "notes", { onLeak: "block" });
  const params = { name: "notes__whoami", arguments: { headers: [] } };
  assert.equal(
    (await answerIn(await two.send(modern(token, "tools/call", params)))).error,
    undefined,
  );

  const leaking = await answerIn(await one.send(modern(token, "tools/call", WHOAMI)));
  const next = await answerIn(await two.send(modern(token, "tools/call", params)));

  assert.ok(!JSON.stringify(leaking).includes(KEY));
  assert.match(next.error?.message ?? "", /"notes" is blocked because it sent back a secret/);
  assert.deepEqual((await eventsOf(two)).map(({ kind }) => kind), ["server_blocked", "leak"]);
  const server = await two.services.servers.findBySlug("notes");
  assert.deepEqual(server?.disabled && [server.disabled.reason, server.disabled.by], [
    "leak",
    "gateway",
  ]);
});

Deno.test("a server that was enabled again and leaks again is blocked again, in the same minute", async () => {
  await using upstream = await startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "X-Api-Key", KEY);
  await updateServer(world.services, AN_ADMIN, "notes", { onLeak: "block" });
  const { token } = await world.addToken();

  for (let round = 0; round < 2; round++) {
    await answerIn(await world.send(modern(token, "tools/call", WHOAMI)));
    assert.notEqual((await world.services.servers.findBySlug("notes"))?.disabled, null);
    await enableServer(world.services, AN_ADMIN, "notes");
  }

  const kinds = (await eventsOf(world)).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["server_blocked", "server_blocked", "leak"]);
});

async function eventsOf(world: World): Promise<Event[]> {
  return (await world.services.events.list({}, { limit: 50, cursor: null })).items;
}
