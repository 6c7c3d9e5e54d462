import assert from "node:assert/strict";
import { eventually } from "../_support/eventually.ts";
import { MISBEHAVIOURS, startHostile, startTurncoat } from "../_support/hostile_upstreams.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

const SEND = { modern, legacy };

for (const misbehaviour of MISBEHAVIOURS) {
  Deno.test(`a server that ${misbehaviour.name} costs its own tools, and is named`, async () => {
    await using good = startBothEras();
    await using bad = startHostile(misbehaviour);
    await using world = await startWorld();
    await world.addServer("good", good.url);
    await world.addServer("bad", bad.url, { timeoutSeconds: 1, connectSeconds: 1 });
    await world.addSecret("bad", "X-Api-Key", "the-secret");
    const { token } = await world.addToken();

    for (const [era, send] of Object.entries(SEND)) {
      const { result } = await answerIn(await world.send(send(token, "tools/list")));
      const names = result.tools.map(({ name }: { name: string }) => name);
      assert.ok(names.includes("good__echo"), era);
      assert.ok(!names.some((name: string) => name.startsWith("bad__")), era);
      const [failure, ...others] = result._meta["dev.aerostack/unavailableServers"];
      assert.deepEqual(others, []);
      assert.equal(failure.server, "bad");
      assert.match(failure.error, /^Server "bad" /);
      assert.doesNotMatch(failure.error, /the-secret/);
    }
  });

  Deno.test(`a call at a server that ${misbehaviour.name} ends with an error that names it`, async () => {
    await using bad = startTurncoat(misbehaviour);
    await using world = await startWorld();
    await world.addServer("bad", bad.url, { timeoutSeconds: 1 });
    const { token } = await world.addToken();
    await answerIn(await world.send(modern(token, "tools/list")));

    for (const [era, send] of Object.entries(SEND)) {
      const params = { name: "bad__echo", arguments: { text: "hi" } };
      const { error, id } = await answerIn(await world.send(send(token, "tools/call", params)));
      assert.match(error?.message ?? "", /^Server "bad" /, era);
      assert.ok([-32603, -32001].includes(error?.code ?? 0), era);
      assert.equal(id, 1);
    }
    assert.deepEqual(world.log, []);
  });
}

for (const name of ["sends an endless answer", "sends an endless event"]) {
  Deno.test(`a server that ${name} is read up to the limit, which the error names`, async () => {
    const misbehaviour = MISBEHAVIOURS.find((one) => one.name === name);
    assert.ok(misbehaviour !== undefined);
    await using endless = startTurncoat(misbehaviour);
    await using world = await startWorld();
    await world.addServer("endless", endless.url);
    const { token } = await world.addToken();

    const params = { name: "endless__echo", arguments: { text: "hi" } };
    const { error } = await answerIn(await world.send(modern(token, "tools/call", params)));

    const sentence = 'Server "endless" sent an answer of more than 64 Mi characters';
    assert.equal(error?.message, sentence);
  });
}

Deno.test("a server where nothing listens is named, whatever words are in its address", async () => {
  await using world = await startWorld();
  const free = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  free.close();
  await world.addServer("closed", `http://127.0.0.1:${free.addr.port}/tls-and-ssl`);
  const { token } = await world.addToken();

  const request = modern(token, "tools/call", { name: "closed__echo" });
  const { error } = await answerIn(await world.send(request));

  assert.match(error?.message ?? "", /^Server "closed" refused the connection/);
});

Deno.test("a call that is too slow says after how many seconds, and its server is told", async () => {
  await using upstream = startBothEras();
  await using world = await startWorld();
  await world.addServer("slow", upstream.url, { timeoutSeconds: 1 });
  const { token } = await world.addToken();

  for (const [era, send] of Object.entries(SEND)) {
    const request = send(token, "tools/call", { name: "slow__wait", arguments: { key: era } });
    const { error } = await answerIn(await world.send(request));
    assert.equal(error?.code, -32001);
    assert.equal(error?.message, 'Server "slow" did not answer within 1 s (total timeout)');
  }

  const { waits } = upstream.journal;
  await eventually("the modern call stopped", () => waits.get("modern") === "cancelled");
  const told = () => upstream.journal.withRpcMethod("notifications/cancelled").length;
  await eventually("the legacy call's server was told", () => told() === 1);
});

Deno.test("the connection of a call that was too slow is closed, whatever its body's form", async () => {
  for (const type of ["application/json", "text/event-stream"]) {
    const closed = Promise.withResolvers<void>();
    await using http = serveLocally(async (request) => {
      const { method, id } = await request.json();
      const result = { supportedVersions: ["2026-07-28"], capabilities: {}, tools: [] };
      if (method !== "tools/call") return Response.json({ jsonrpc: "2.0", id, result });
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(": ")),
        cancel: () => closed.resolve(),
      });
      return new Response(body, { headers: { "content-type": type } });
    });
    await using world = await startWorld();
    await world.addServer("slow", http.origin, { timeoutSeconds: 1 });
    const { token } = await world.addToken();

    const request = modern(token, "tools/call", { name: "slow__echo" });
    const { error } = await answerIn(await world.send(request));

    assert.equal(error?.code, -32001, type);
    await closed.promise;
  }
});

Deno.test("a server that lists its pages in circles, or without end, is named", async () => {
  let page = 0;
  const pages: Record<string, () => unknown> = {
    circle: () => ({ tools: [], nextCursor: "" }),
    endless: () => ({ tools: [], nextCursor: String(page++) }),
    huge: () => ({ tools: new Array(300_000).fill({ name: "t" }) }),
    nothing: () => ({}),
  };
  await using http = serveLocally(async (request) => {
    const { method, id } = await request.json();
    const what = new URL(request.url).pathname.slice(1);
    const result = method === "server/discover"
      ? { supportedVersions: ["2026-07-28"], capabilities: {} }
      : pages[what]();
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  await using world = await startWorld();
  for (const what of Object.keys(pages)) await world.addServer(what, `${http.origin}/${what}`);
  const { token } = await world.addToken();

  const { result } = await answerIn(await world.send(modern(token, "tools/list")));

  assert.deepEqual(result.tools, []);
  const failures: { server: string; error: string }[] =
    result._meta["dev.aerostack/unavailableServers"];
  const sentences = Object.fromEntries(failures.map(({ server, error }) => [server, error]));
  assert.match(sentences.circle, /repeats a page cursor/);
  assert.match(sentences.endless, /more than 100 pages/);
  assert.match(sentences.huge, /more than 10000 tools/);
  assert.match(sentences.nothing, /holds no list of tools/);
});

Deno.test("every page of a server's tools is in the list, also behind an empty cursor", async () => {
  await using http = serveLocally(async (request) => {
    const { method, id, params } = await request.json();
    const pages: Record<string, unknown> = {
      first: { tools: [{ name: "a" }], nextCursor: "" },
      "": { tools: [{ name: "b" }], nextCursor: "last" },
      last: { tools: [{ name: "c" }] },
    };
    const result = method === "server/discover"
      ? { supportedVersions: ["2026-07-28"], capabilities: {} }
      : pages[params.cursor ?? "first"];
    return Response.json({ jsonrpc: "2.0", id, result });
  });
  await using world = await startWorld();
  await world.addServer("paged", http.origin);
  const { token } = await world.addToken();

  const { result } = await answerIn(await world.send(modern(token, "tools/list")));

  const names = result.tools.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["paged__a", "paged__b", "paged__c"]);
});
