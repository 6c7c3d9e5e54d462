import { AN_ADMIN } from "../_support/core.ts";
import assert from "node:assert/strict";
import type { Store } from "../../core/kv/open_store.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { removeSecret } from "../../core/secrets/remove_secret.ts";
import { updateServer } from "../../core/servers/update_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { removeWorkspace } from "../../core/workspaces/remove_workspace.ts";
import { updateWorkspace } from "../../core/workspaces/update_workspace.ts";
import { uninstallServer } from "../../core/workspaces/uninstall_server.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { answerIn, beginSession, legacy, modern } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

/** A store that counts how often it is asked for something. */
async function countingStore() {
  const store = await openStore(":memory:");
  let reads = 0;
  const kv = new Proxy(store.kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (["get", "getMany", "list"].includes(String(name))) reads++;
        return value.apply(target, args);
      };
    },
  });
  const counting: Store = { ...store, kv, epochKv: kv };
  return {
    store: counting,
    /** How many reads `work` led to. */
    async during(work: () => Promise<unknown>): Promise<number> {
      const before = reads;
      await work();
      return reads - before;
    },
  };
}

/** The least of several counts: what is done beside the calls reads whenever it likes. */
async function leastOf(count: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let time = 0; time < 20; time++) least = Math.min(least, await count());
  return least;
}

async function statusOf(world: World, token: string): Promise<number> {
  const response = await world.send(modern(token, "tools/list"));
  await response.body?.cancel();
  return response.status;
}

async function whoami(world: World, token: string, headers: string[], query: string[] = []) {
  const params = { name: "notes__whoami", arguments: { headers, query } };
  const { result, error } = await answerIn(await world.send(modern(token, "tools/call", params)));
  assert.equal(error, undefined);
  return result.structuredContent;
}

Deno.test("a call in the steady state reads the store once", async () => {
  const { store, during } = await countingStore();
  await using upstream = startBothEras();
  await using world = await startWorld({ store });
  await world.addServer("notes", upstream.url);
  await world.addSecret("notes", "X-Api-Key", "s3cr3t");
  const { token } = await world.addToken();
  const params = { name: "notes__echo", arguments: { text: "hi" } };
  const session = await beginSession(world.send, token);
  const inBothEras = {
    modern: () => world.send(modern(token, "tools/call", params)),
    "legacy without a session": () => world.send(legacy(token, "tools/call", params)),
    "legacy in a session": () => world.send(legacy(token, "tools/call", params, { session })),
  };

  for (const [era, call] of Object.entries(inBothEras)) {
    await answerIn(await call());
    assert.equal(await leastOf(() => during(async () => await answerIn(await call()))), 1, era);
  }
});

Deno.test("policies, held definitions and limits are read with the configuration, not with the call", async () => {
  const { store, during } = await countingStore();
  await using upstream = startBothEras();
  await using world = await startWorld({ store });
  const { services } = world;
  await world.addServer("notes", upstream.url);
  await updateWorkspace(services, AN_ADMIN, "team", {
    limits: { requestsPerMinute: 1_000, requestsPerMinutePerToken: 1_000 },
  });
  const policy = { allow: ["*"], deny: ["drop_*"], readOnly: false };
  const limits = { callsPerMinutePerTool: 1_000 };
  await world.install("notes", { policy, onChange: "hold", limits });
  const { token } = await createToken(services, AN_ADMIN, "team", { name: "Alice", policy });
  const params = { name: "notes__echo", arguments: { text: "hi" } };

  for (const request of [modern, legacy]) {
    const call = async () => {
      const { error } = await answerIn(await world.send(request(token, "tools/call", params)));
      assert.equal(error, undefined);
    };
    await call();
    // The first list was pinned, which moved the epoch.
    await call();
    assert.equal(await leastOf(() => during(call)), 1, request.name);
  }
});

Deno.test("a malformed token costs no read at all", async () => {
  const { store, during } = await countingStore();
  await using world = await startWorld({ store });

  assert.equal(await during(() => statusOf(world, "mwt_alice_nonsense")), 0);
});

Deno.test("calls that arrive together share their read", async () => {
  const { store, during } = await countingStore();
  await using world = await startWorld({ store });
  const { token } = await world.addToken();
  await statusOf(world, token);

  const calls = () => Promise.all(Array.from({ length: 200 }, () => statusOf(world, token)));

  assert.ok(await during(calls) <= 2);
});

Deno.test("calls that find the configuration changed load it once for all of them", async () => {
  const { store, during } = await countingStore();
  await using world = await startWorld({ store });
  const { token } = await world.addToken();
  const alone = await during(() => statusOf(world, token));
  await world.addToken("Bob");
  const again = await during(() => statusOf(world, token));
  await world.addToken("Carol");

  const calls = () => Promise.all(Array.from({ length: 200 }, () => statusOf(world, token)));

  assert.ok(await during(calls) <= again + 2, `one call read ${alone} and then ${again} times`);
});

Deno.test("calls that arrive before anything is known load it once for all of them", async () => {
  const { store, during } = await countingStore();
  await using world = await startWorld({ store });
  const { token } = await world.addToken();

  const calls = () => Promise.all(Array.from({ length: 200 }, () => statusOf(world, token)));

  assert.ok(await during(calls) <= 16);
});

Deno.test("a token is refused on the call after its revocation, by another process too", async () => {
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();

  for (let round = 0; round < 20; round++) {
    const { token, id } = await one.addToken("Alice");
    assert.deepEqual([await statusOf(one, token), await statusOf(two, token)], [200, 200]);
    await revokeToken(round % 2 === 0 ? one.services : two.services, AN_ADMIN, "team", id);
    assert.deepEqual([await statusOf(one, token), await statusOf(two, token)], [401, 401]);
  }
});

Deno.test("no call that began after a revocation is let in, however many run beside it", async () => {
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  const tokens = await Promise.all(Array.from({ length: 10 }, (_, at) => one.addToken(`M${at}`)));
  let isOver = false;
  const traffic = Array.from({ length: 20 }, async (_, at) => {
    while (!isOver) await statusOf(two, tokens[at % 10].token);
  });

  for (const { token, id } of tokens) {
    await revokeToken(one.services, AN_ADMIN, "team", id);
    assert.equal(await statusOf(two, token), 401);
  }

  isOver = true;
  await Promise.all(traffic);
});

Deno.test("a revoked token is refused although its body was on its way before", async () => {
  await using world = await startWorld();
  const { token, id } = await world.addToken();
  const letOn = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const bytes = new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"method":"ping"}');
      controller.enqueue(bytes.slice(0, 10));
      await letOn.promise;
      controller.enqueue(bytes.slice(10));
      controller.close();
    },
  });
  const { headers } = legacy(token, "ping");

  const reply = world.send(
    new Request("http://gateway.test/", { method: "POST", headers, body }),
  );
  await new Promise((resolve) => setTimeout(resolve, 150));
  await revokeToken(world.services, AN_ADMIN, "team", id);
  letOn.resolve();

  assert.equal((await reply).status, 401);
});

Deno.test("a token works on the first call after it was made, by another process too", async () => {
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();

  for (let round = 0; round < 10; round++) {
    const { token } = await one.addToken();
    assert.equal(await statusOf(two, token), 200);
  }
});

Deno.test("a workspace that was removed and made again lets only its new tokens in", async () => {
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  const old = await one.addToken();
  const session = await beginSession(two.send, old.token);
  assert.equal(await statusOf(two, old.token), 200);

  await removeWorkspace(one.services, AN_ADMIN, "team", { force: true });
  assert.equal(await statusOf(two, old.token), 401);
  await createWorkspace(one.services, AN_ADMIN, { slug: "team" });
  const fresh = await createToken(one.services, AN_ADMIN, "team", { name: "Bob" });

  assert.equal(await statusOf(two, old.token), 401);
  assert.equal(await statusOf(two, fresh.token), 200);
  const inOldSession = await two.send(legacy(fresh.token, "ping", {}, { session }));
  assert.equal(inOldSession.status, 404);
});

Deno.test("a token stops at its expiry without any change in the store", async () => {
  await using world = await startWorld();
  const expiresAt = new Date(world.services.now().getTime() + 1_000).toISOString();
  const { token } = await world.addToken("Alice", { expiresAt });
  assert.equal(await statusOf(world, token), 200);

  world.advance(1_000);

  assert.equal(await statusOf(world, token), 401);
});

Deno.test("a secret that is added, rotated, moved or removed holds for the next call", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", upstream.url);
  const { token } = await world.addToken();
  const asked = async () => {
    const { headers, query } = await whoami(world, token, ["x-api-key"], ["api_key"]);
    return [headers["x-api-key"], query.api_key];
  };
  assert.deepEqual(await asked(), [null, null]);

  await world.addSecret("notes", "X-Api-Key", "first");
  assert.deepEqual(await asked(), ["first", null]);
  await world.addSecret("notes", "X-Api-Key", "second");
  assert.deepEqual(await asked(), ["second", null]);
  await world.addSecret("notes", "X-Api-Key", "third", { kind: "query", name: "api_key" });
  assert.deepEqual(await asked(), [null, "third"]);
  await removeSecret(world.services, AN_ADMIN, "notes", "X-Api-Key", { force: true });
  assert.deepEqual(await asked(), [null, null]);
});

Deno.test("a secret that is rotated holds for the next call of another process", async () => {
  await using upstream = startBothEras();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();

  for (const value of ["first", "second", "third"]) {
    await one.addSecret("notes", "X-Api-Key", value);
    const { headers } = await whoami(two, token, ["x-api-key"]);
    assert.equal(headers["x-api-key"], value);
  }
});

Deno.test("a server that moves or is taken out of the workspace does so for the next call", async () => {
  await using first = startBothEras();
  await using second = startBothEras();
  await using world = await startWorld();
  await world.addServer("notes", first.url);
  const { token } = await world.addToken();
  const call = () => world.send(modern(token, "tools/call", { name: "notes__fail" }));
  await answerIn(await call());

  await updateServer(world.services, AN_ADMIN, "notes", { url: second.url });
  await answerIn(await call());
  await uninstallServer(world.services, AN_ADMIN, { workspace: "team", server: "notes" });
  const { error } = await answerIn(await call());

  assert.deepEqual([first.journal.runs.get("fail"), second.journal.runs.get("fail")], [1, 1]);
  assert.equal(error?.code, -32602);
});
