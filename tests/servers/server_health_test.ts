import assert from "node:assert/strict";
import { newServerId } from "../../core/ids.ts";
import { keys } from "../../core/kv/keys.ts";
import { ServerHealthStore } from "../../core/servers/server_health_store.ts";
import type { ServerHealth } from "../../core/servers/server_health.ts";
import { viewHealth } from "../../core/servers/view_health.ts";
import { someServer, START, testCore } from "../_support/core.ts";

const AT = START.toISOString();
const NOTHING: ServerHealth = { eras: null, breaker: null };

function openUntil(delayMs: number) {
  const nextTryAt = new Date(START.getTime() + delayMs).toISOString();
  return { failures: 5, since: AT, nextTryAt, lastError: "It failed" };
}

Deno.test("viewHealth() shows what was found out at the server's present address alone", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const eras = { url: server.externalUrl, modern: true, legacy: null, probedAt: AT };

  assert.deepEqual(viewHealth(server, { ...NOTHING, eras }), {
    eras: ["modern"],
    transport: "streamable-http",
    probedAt: AT,
    breaker: null,
  });
  const moved = { ...eras, url: "https://elsewhere.example.com/" };
  assert.deepEqual(viewHealth(server, { ...NOTHING, eras: moved }).eras, []);
});

Deno.test("viewHealth() names each way to speak, and the oldest transport where it is the one", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const seen = { url: server.externalUrl, probedAt: AT };
  const cases = [
    [{ modern: true, legacy: "streamable" }, ["modern", "legacy"], "streamable-http"],
    [{ modern: false, legacy: "streamable" }, ["legacy"], "streamable-http"],
    [{ modern: false, legacy: "sse" }, ["legacy"], "sse"],
    [{ modern: true, legacy: "none" }, ["modern"], "streamable-http"],
    [{ modern: false, legacy: null }, [], null],
  ] as const;

  for (const [found, eras, transport] of cases) {
    const view = viewHealth(server, { ...NOTHING, eras: { ...seen, ...found } });
    assert.deepEqual([view.eras, view.transport], [eras, transport]);
  }
});

Deno.test("viewHealth() goes by the pin of a pinned server, whatever was found out before", async () => {
  using core = await testCore();
  const server = await someServer(core);
  const eras = { url: server.externalUrl, modern: true, legacy: null, probedAt: AT };

  const view = viewHealth({ ...server, protocol: "sse" }, { ...NOTHING, eras });

  assert.deepEqual([view.eras, view.transport, view.probedAt], [["legacy"], "sse", null]);
});

Deno.test("ServerHealthStore shows the breaker of the process that tries again last", async () => {
  using core = await testCore();
  const { id, slug } = await someServer(core);
  const [a, b] = ["a", "b"].map((instanceId) =>
    new ServerHealthStore(core.kv, { ...core, instanceId })
  );
  await a.setBreaker({ id, slug }, openUntil(5_000));
  await b.setBreaker({ id, slug }, openUntil(20_000));

  assert.equal((await a.read(id)).breaker?.nextTryAt, openUntil(20_000).nextTryAt);
  await b.setBreaker({ id, slug }, null);
  assert.equal((await a.read(id)).breaker?.nextTryAt, openUntil(5_000).nextTryAt);
});

Deno.test("ServerHealthStore forgets the breaker of a process that is no more", async () => {
  using core = await testCore();
  const { id, slug } = await someServer(core);
  const health = new ServerHealthStore(core.kv, { ...core, instanceId: "gone" });
  await health.setBreaker({ id, slug }, openUntil(5_000));

  core.advance(5_000 + 10 * 60_000);

  assert.equal((await health.read(id)).breaker, null);
});

Deno.test("ServerHealthStore believes for a day how a server speaks", async () => {
  using core = await testCore();
  const { id, externalUrl: url } = await someServer(core);
  const health = new ServerHealthStore(core.kv, { ...core, instanceId: "a" });
  await health.setEras(id, { url, modern: true, legacy: null, probedAt: AT });

  core.advance(24 * 60 * 60_000 - 1);
  assert.equal((await health.eras(id))?.modern, true);
  core.advance(1);
  assert.equal(await health.eras(id), null);
});

Deno.test("ServerHealthStore puts one event a minute on the record when breakers open", async () => {
  using core = await testCore();
  const { id, slug } = await someServer(core);
  const server = { id, slug };
  const [a, b] = ["a", "b"].map((instanceId) =>
    new ServerHealthStore(core.kv, { ...core, instanceId })
  );
  const seen = async () => {
    return (await core.events.list({}, { limit: 10, cursor: null })).items.length;
  };

  await Promise.all([a, b].map((one) => one.setBreaker(server, openUntil(5_000), true)));
  await a.setBreaker(server, openUntil(20_000));
  await a.setBreaker(server, null);
  assert.equal(await seen(), 1);
  assert.notEqual((await b.read(id)).breaker, null);

  core.advance(59_999);
  await a.setBreaker(server, openUntil(5_000), true);
  assert.equal(await seen(), 1);
  core.advance(1);
  await a.setBreaker(server, openUntil(5_000), true);
  assert.equal(await seen(), 2);
  await a.setBreaker({ id: newServerId(), slug: "other" }, openUntil(5_000), true);
  assert.equal(await seen(), 3);

  // What a wrong clock said a day ahead keeps nobody from hearing of it now.
  const ahead = core.now().getTime() + 86_400_000;
  await core.kv.set(keys.eventMark(`breaker ${id}`), ahead);
  await a.setBreaker(server, openUntil(5_000), true);
  assert.equal(await seen(), 4);
});
