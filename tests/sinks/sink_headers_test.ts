import assert from "node:assert/strict";
import { KeyCheckStore } from "../../core/secrets/key_check_store.ts";
import { KeyRotation } from "../../core/secrets/key_rotation.ts";
import { Keyring } from "../../core/secrets/keyring.ts";
import { SealedRecordStore } from "../../core/secrets/sealed_record_store.ts";
import { openHeaders } from "../../core/sinks/sink_headers.ts";
import { testSink } from "../../core/sinks/test_sink.ts";
import { updateSink } from "../../core/sinks/update_sink.ts";
import { AN_ADMIN, testKeyring } from "../_support/core.ts";
import { memoryStore } from "../_support/store.ts";
import { sinkWorld, sinkWorldOn, startReceiver } from "./_support.ts";

const SECRET = "Splunk 0f3c-the-secret-of-this-sink";

Deno.test("a sink gets its headers, and nobody else ever sees their values", async () => {
  await using receiver = startReceiver();
  receiver.answer = ({ headers }) =>
    new Response(headers.get("authorization"), { status: 400, statusText: SECRET });
  await using world = await sinkWorld();
  const sink = await world.add({
    url: receiver.url,
    headers: { Authorization: SECRET, "X-Source": "gateway" },
  });
  await world.record(1);
  await world.send();
  const report = await testSink(world, sink.id, new AbortController().signal);

  const { headers } = receiver.delivered[0];
  assert.equal(headers.get("authorization"), SECRET);
  assert.equal(headers.get("x-source"), "gateway");
  assert.match(headers.get("user-agent") ?? "", /^aerostack-gateway\//);
  const view = await world.view(sink);
  assert.deepEqual(view.headers, ["authorization", "x-source"]);
  const stored = await Array.fromAsync(world.kv.list({ prefix: [] }), ({ value }) => value);
  for (const seen of [view, report, world.lines, stored]) {
    assert.ok(!JSON.stringify(seen, bigints).includes("the-secret"), JSON.stringify(seen, bigints));
  }
});

Deno.test("what is in a URL's query is sent, and shown to nobody", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: `${receiver.url}?key=first-secret` });
  const changed = { url: `${receiver.url}?key=second-secret` };
  await updateSink(world, AN_ADMIN, sink.id, changed);
  let query = "";
  receiver.answer = ({ path }) => {
    query = path;
    return new Response();
  };

  await world.record(1);
  await world.send();

  assert.equal(query, "/log?key=second-secret");
  const view = await world.view(sink);
  assert.equal(view.url, `${receiver.url}?…`);
  const { items } = await world.audit.list({ limit: 10, cursor: null });
  assert.equal(items[0].action, "sink.update");
  assert.ok(!JSON.stringify([items, view, world.lines]).includes("-secret"));
});

Deno.test("headers are set and taken away one by one", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url, headers: { "X-One": "1", "X-Two": "2" } });

  const changed = await updateSink(world, AN_ADMIN, sink.id, {
    headers: { "x-one": null, "X-Three": "3" },
  });
  assert.deepEqual(changed.headers, ["x-three", "x-two"]);
  await world.record(1);
  await world.send();
  const sent = receiver.delivered[0].headers;
  assert.deepEqual(["x-one", "x-two", "x-three"].map((name) => sent.get(name)), [null, "2", "3"]);

  const none = await updateSink(world, AN_ADMIN, sink.id, {
    headers: { "X-Two": null, "X-Three": null },
  });
  assert.deepEqual([none.headers, none.sealed], [[], null]);
});

Deno.test("headers do not go along to another origin, which somebody else might read", async () => {
  await using receiver = startReceiver();
  await using other = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url, headers: { Authorization: SECRET } });

  await assert.rejects(
    updateSink(world, AN_ADMIN, sink.id, { url: other.url }),
    { code: "invalid_input", field: "headers", message: /give authorization again/ },
  );
  const same = new URL("/another/path", receiver.url).href;
  assert.equal((await updateSink(world, AN_ADMIN, sink.id, { url: same })).url, same);
  const moved = { url: other.url, headers: { Authorization: "Bearer other" } };
  await updateSink(world, AN_ADMIN, sink.id, moved);
  await world.record(1);
  await world.send();

  assert.equal(other.delivered[0].headers.get("authorization"), "Bearer other");
  assert.equal(receiver.delivered.length, 0);
});

Deno.test("a change holds for the next request, also for records that were found before it", async () => {
  await using receiver = startReceiver();
  await using other = startReceiver();
  const memory = await memoryStore();
  let whenFound: (() => Promise<unknown>) | null = null;
  const kv = new Proxy(memory.kv, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== "list") return typeof value === "function" ? value.bind(target) : value;
      return async function* (...[selector, options]: Parameters<Deno.Kv["list"]>) {
        const run = "prefix" in selector && selector.prefix[0] === "calls" ? whenFound : null;
        if (run !== null) whenFound = null;
        await run?.();
        yield* target.list(selector, options);
      };
    },
  });
  await using world = await sinkWorldOn({ ...memory, kv });
  const sink = await world.add({ url: receiver.url, headers: { "X-Key": "old" } });
  await world.record(1);

  const change = { url: other.url, headers: { "X-Key": "new" } };
  whenFound = () => updateSink(world, AN_ADMIN, sink.id, change);
  await world.send();

  assert.equal(receiver.delivered.length, 0);
  assert.deepEqual(other.delivered.map(({ headers }) => headers.get("x-key")), ["new"]);
});

Deno.test("headers that no request can carry, or that belong to the gateway, are refused", async () => {
  await using world = await sinkWorld();
  const wrong: Record<string, string>[] = [
    { "": "x" },
    { "X Y": "x" },
    { "Authorization: Bearer x": "y" },
    { Host: "example.com" },
    { "Content-Type": "text/plain" },
    { "User-Agent": "x" },
    { "X-Key": "line\nbreak" },
    { "X-Key": " space" },
    { "X-Key": "a", "x-key": "b" },
    Object.fromEntries(["1", "2", "3", "4", "5"].map((n) => [`X-${n}`, "x".repeat(4_000)])),
  ];

  for (const headers of wrong) {
    await assert.rejects(
      world.add({ url: "https://127.0.0.1/", headers }),
      { code: "invalid_input", field: "headers" },
      JSON.stringify(Object.keys(headers)),
    );
  }
});

Deno.test("headers open at their sink and version alone, and under their master key", async () => {
  await using world = await sinkWorld();
  const url = "https://127.0.0.1/";
  const one = await world.add({ name: "one", url, headers: { "X-Key": SECRET } });
  const two = await world.add({ name: "two", url, headers: { "X-Key": SECRET } });

  const opened = await openHeaders(world.keyring, one);
  assert.equal(opened.get("x-key")?.reveal(), SECRET);
  for (
    const moved of [{ ...one, id: two.id }, { ...one, headersVersion: 2 }, {
      ...one,
      sealed: two.sealed,
    }]
  ) {
    await assert.rejects(openHeaders(world.keyring, moved), { code: "internal" });
  }
  await assert.rejects(openHeaders(testKeyring("other"), one), { code: "internal" });
});

Deno.test("a sink whose headers cannot be opened here has failed, and is said why", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url, headers: { "X-Key": SECRET } });
  const stranger = world.another("stranger", { keyring: testKeyring("other") });

  await world.record(1);
  stranger.sinkSender.wakeAll();
  await stranger.sinkSender.settled();

  assert.equal(receiver.delivered.length, 0);
  assert.match((await world.view(sink)).failure?.reason ?? "", /headers that cannot be opened/);
});

Deno.test("a rotation of the master keys seals the headers of sinks again", async () => {
  await using receiver = startReceiver();
  await using world = await sinkWorld();
  const sink = await world.add({ url: receiver.url, headers: { "X-Key": SECRET } });
  const next = new Keyring([
    { id: "next", bytes: new Uint8Array(32).fill(2) },
    { id: "default", bytes: new Uint8Array(32).fill(1) },
  ]);
  const keyChecks = new KeyCheckStore(world.kv);
  for (const keyId of ["default", "next"]) {
    await keyChecks.choose({ keyId, nonce: "", ciphertext: "" });
  }

  const sealed = new SealedRecordStore(world.kv);
  const rotation = new KeyRotation({ ...world, keyring: next, keyChecks, sealed, log: () => {} });
  await rotation.start(AN_ADMIN);
  await rotation.finished();

  const stored = await world.sinks.get(sink.id);
  assert.equal(stored?.sealed?.keyId, "next");
  assert.ok(stored !== null);
  assert.equal((await openHeaders(next, stored)).get("x-key")?.reveal(), SECRET);
  // This process still has the old key first, and may seal nothing with it any more.
  await assert.rejects(
    world.add({ name: "late", url: receiver.url, headers: { "X-Key": SECRET } }),
    { code: "conflict" },
  );
  await rotation.close();
});

function bigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
