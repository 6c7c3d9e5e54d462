import assert from "node:assert/strict";
import type { Event } from "../../core/events/event.ts";
import { EventStore } from "../../core/events/event_store.ts";
import { newServerId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { START, testCore } from "../_support/core.ts";

const SERVER = newServerId();

Deno.test("EventStore.list() gives events newest first, those of one commit in their order", async () => {
  using core = await testCore();
  const events = new EventStore(core.kv, core.now);
  await events.add([leak("first"), leak("second")]);
  await events.add([leak("third")]);

  const { items, nextCursor } = await events.list({}, { limit: 10, cursor: null });

  assert.deepEqual(items.map(secretOf), ["third", "second", "first"]);
  assert.equal(nextCursor, null);
});

Deno.test("EventStore.list() gives every event once, page after page", async () => {
  using core = await testCore();
  const events = new EventStore(core.kv, core.now);
  const names = Array.from({ length: 45 }, (_, at) => `secret-${at}`);
  await events.add(names.map((name) => leak(name)));

  const seen: string[] = [];
  for (let cursor: string | null = null;;) {
    const page = await events.list({}, { limit: 7, cursor });
    seen.push(...page.items.map(secretOf));
    cursor = page.nextCursor;
    if (cursor === null) break;
  }

  assert.deepEqual(seen, names.toReversed());
});

Deno.test("EventStore.list() gives those of one server and kind alone", async () => {
  using core = await testCore();
  const events = new EventStore(core.kv, core.now);
  await events.add([leak("mine"), { ...leak("theirs"), server: "other" }, blocked()]);

  const page = { limit: 10, cursor: null };
  const ofServer = await events.list({ server: "internal-api" }, page);
  const ofKind = await events.list({ server: "internal-api", kind: "leak" }, page);

  assert.deepEqual(ofServer.items.map(({ kind }) => kind), ["server_blocked", "leak"]);
  assert.deepEqual(ofKind.items.map(secretOf), ["mine"]);
});

Deno.test("EventStore.list() shows nothing that is older than 90 days", async () => {
  using core = await testCore();
  const events = new EventStore(core.kv, core.now);
  await events.add([leak("old")]);

  core.advance(90 * 24 * 60 * 60 * 1000 + 1);

  assert.deepEqual((await events.list({}, { limit: 10, cursor: null })).items, []);
});

Deno.test("EventStore.addTo() puts events on the record with the rest of a commit, or not at all", async () => {
  using core = await testCore();
  const events = new EventStore(core.kv, core.now);
  const key = keys.serverBySlug("internal-api");
  await core.kv.set(key, "somebody");

  const lost = core.kv.atomic().check({ key, versionstamp: null });
  const { ok } = await events.addTo(lost, [leak("lost")]).commit();
  await events.addTo(core.kv.atomic().set(key, "else"), [leak("kept")]).commit();

  assert.equal(ok, false);
  const { items } = await events.list({}, { limit: 10, cursor: null });
  assert.deepEqual(items.map(secretOf), ["kept"]);
});

function leak(secret: string): Event {
  return {
    kind: "leak",
    at: START.toISOString(),
    serverId: SERVER,
    server: "internal-api",
    secret,
    form: "raw",
    place: "body",
    method: "tools/call",
    tool: "search",
    times: 1,
  };
}

function blocked(): Event {
  const at = START.toISOString();
  return { kind: "server_blocked", at, serverId: SERVER, server: "internal-api", reason: "leak" };
}

function secretOf(event: Event): string {
  return event.kind === "leak" ? event.secret : event.kind;
}
