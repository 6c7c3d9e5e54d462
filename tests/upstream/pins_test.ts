import assert from "node:assert/strict";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startBothEras, startModern } from "../_support/modern_upstreams.ts";
import { serveLocally, type Upstream } from "../_support/upstream.ts";
import { callerOf, failureOf, startBench, targetAt, toolCall } from "./_connector.ts";
import { ok, startScripted } from "./_scripted.ts";

const HI = { text: "hi" };
const DAY_MS = 24 * 60 * 60_000;

function probesOf({ journal }: Upstream): number {
  return journal.withRpcMethod("server/discover").length;
}

Deno.test("how a server speaks is found out once, for all processes and across a restart", async () => {
  await using server = startModern();
  await using bench = await startBench();
  const target = targetAt(server.url);

  await bench.connector.request(toolCall(target, "echo", { args: HI }));
  for (let restarts = 0; restarts < 3; restarts++) {
    await using other = bench.another();
    const { route } = await other.connector.request(toolCall(target, "echo", { args: HI }));
    assert.equal(route, "modern");
  }

  assert.equal(probesOf(server), 1);
  const { eras } = await bench.health.read(target.id);
  assert.deepEqual([eras?.modern, eras?.url], [true, server.url]);
  assert.ok(Math.abs(Date.parse(eras?.probedAt ?? "") - Date.now()) < 60_000);
});

Deno.test("how a server speaks is found out again after a day", async () => {
  await using server = startModern();
  await using bench = await startBench();
  const target = targetAt(server.url);
  const call = () => bench.connector.request(toolCall(target, "echo", { args: HI }));

  await call();
  bench.advance(DAY_MS - 60_000);
  await call();
  assert.equal(probesOf(server), 1);

  bench.advance(60_000 + 10 * 60_000);
  await call();
  assert.equal(probesOf(server), 2);
});

Deno.test("another address of a server is found out anew", async () => {
  await using modern = startModern();
  await using legacy = startLegacySessions();
  await using bench = await startBench();
  const target = targetAt(modern.url);
  await bench.connector.request(toolCall(target, "echo", { args: HI }));

  const moved = targetAt(legacy.url, { id: target.id });
  for (const { connector } of [bench.another(), bench]) {
    const { route } = await connector.request(toolCall(moved, "echo", { args: HI }));
    assert.equal(route, "streamable");
    await connector.close();
  }
  assert.equal((await bench.health.read(target.id)).eras?.url, legacy.url);
  const versions = legacy.journal.withRpcMethod("tools/call")
    .map(({ headers }) => headers.get("mcp-protocol-version"));
  assert.deepEqual([probesOf(legacy), versions], [1, ["2025-11-25", "2025-11-25"]]);
});

Deno.test("a server that fails while it is asked says nothing about how it speaks", async () => {
  for (const status of [401, 403, 408, 425, 429, 500, 502, 503]) {
    await using http = serveLocally(() => new Response("no", { status }));
    await using bench = await startBench();
    const target = targetAt(http.origin);

    for (const era of ["modern", "legacy"] as const) {
      const call = toolCall(target, "echo", { caller: callerOf(era) });
      await failureOf(bench.connector.request(call));
    }

    assert.equal((await bench.health.read(target.id)).eras, null, String(status));
  }
});

Deno.test("a pinned server is spoken to as its owner says, and never probed", async () => {
  const cases = [
    ["2026-07-28", startBothEras, "modern"],
    ["2025-11-25", startLegacySessions, "streamable"],
    ["2025-06-18", startLegacySessions, "streamable"],
    ["2025-03-26", startBothEras, "streamable"],
    ["2024-11-05", startLegacySse, "sse"],
    ["sse", startLegacySse, "sse"],
  ] as const;

  for (const [protocol, start, expected] of cases) {
    await using server = await start();
    await using bench = await startBench();
    const target = targetAt(server.url, { protocol });
    for (const era of ["modern", "legacy"] as const) {
      const call = toolCall(target, "echo", { caller: callerOf(era), args: HI });
      assert.equal((await bench.connector.request(call)).route, expected, protocol);
      assert.equal(bench.connector.knownRoute(target, era), expected);
    }

    assert.equal(probesOf(server), 0, protocol);
    assert.equal((await bench.health.read(target.id)).eras, null);
    const [opening] = server.journal.withRpcMethod("initialize");
    const asked = opening && JSON.parse(opening.body).params.protocolVersion;
    if (/^2025/.test(protocol)) assert.equal(asked, protocol);
  }
});

Deno.test("a server that refuses one request alone stays known, and so does its session", async () => {
  const cases = [["auto", 429], ["auto", 413], ["2026-07-28", 429], ["2025-11-25", 413]] as const;
  for (const [protocol, status] of cases) {
    const methods: string[] = [];
    await using http = serveLocally(async (request) => {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id, method } = await request.json();
      methods.push(method);
      if (method === "tools/call") return new Response("Not this", { status });
      const supportedVersions = ["2026-07-28"];
      const result = { supportedVersions, protocolVersion: "2025-11-25", capabilities: {} };
      return Response.json({ jsonrpc: "2.0", id, result });
    });
    await using bench = await startBench();
    const target = targetAt(http.origin, { protocol });
    await failureOf(bench.connector.request(toolCall(target, "echo")));
    methods.length = 0;

    const { message } = await failureOf(bench.connector.request(toolCall(target, "echo")));

    assert.equal(message, `Server "notes" answered HTTP ${status}`, protocol);
    assert.deepEqual(methods, ["tools/call"], protocol);
  }
});

Deno.test("a server that refuses a version is asked for one that it names", async () => {
  for (const legacy of ["2024-11-05", "2025-03-26"]) {
    const asked: string[] = [];
    await using http = serveLocally(async (request) => {
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id, method, params } = await request.json();
      if (method === "tools/call") {
        return Response.json({ jsonrpc: "2.0", id, result: { content: [] } });
      }
      if (method !== "initialize") return new Response(null, { status: id ? 404 : 202 });
      asked.push(params.protocolVersion);
      const result = { protocolVersion: legacy, capabilities: {}, serverInfo: {} };
      if (params.protocolVersion === legacy) return Response.json({ jsonrpc: "2.0", id, result });
      const data = { supported: ["2020-01-01", legacy], requested: params.protocolVersion };
      const error = { code: -32602, message: "Unsupported protocol version", data };
      return Response.json({ jsonrpc: "2.0", id, error }, { status: 400 });
    });
    await using bench = await startBench();

    const { route } = await bench.connector.request(toolCall(targetAt(http.origin), "echo"));

    assert.equal(route, "streamable");
    assert.deepEqual(asked, ["2025-11-25", legacy]);
  }
});

Deno.test("a modern server that lacks server/discover works once it is pinned", async () => {
  await using http = serveLocally(async (request) => {
    const { id, method } = await request.json();
    if (method === "server/discover") return new Response("what?", { status: 400 });
    return Response.json({ jsonrpc: "2.0", id, result: { content: [] } });
  });
  await using bench = await startBench();
  const target = targetAt(http.origin, { protocol: "2026-07-28" });

  const { response } = await bench.connector.request(toolCall(target, "echo"));
  const { signal } = new AbortController();
  const greeting = await bench.connector.profile(target, callerOf("modern"), signal);

  assert.deepEqual(response.result, { content: [] });
  assert.equal(greeting.protocolVersion, "2026-07-28");
  assert.deepEqual(Object.keys(greeting.capabilities), ["tools", "prompts", "resources"]);
});

Deno.test("a server that does not speak as it is pinned is named, with the pin", async () => {
  await using legacy = startLegacySessions();
  await using modern = startModern();
  await using bench = await startBench();
  const cases = [
    [
      legacy.url,
      "2026-07-28",
      /does not speak MCP 2026-07-28 at this address, though it is pinned/,
    ],
    [
      modern.url,
      "2025-11-25",
      /does not speak MCP 2025-11-25 at this address, though it is pinned/,
    ],
    [modern.url, "sse", /does not speak HTTP\+SSE at this address, though it is pinned/],
  ] as const;

  for (const [url, protocol, sentence] of cases) {
    const target = targetAt(url, { protocol });
    const { code, message } = await failureOf(
      bench.connector.request(toolCall(target, "echo", { args: HI })),
    );
    assert.equal(code, "upstream_failed");
    assert.match(message, sentence);
  }
});

Deno.test("what a modern server says about itself is asked once and remembered", async () => {
  await using server = await startScripted();
  await using bench = await startBench();
  const target = targetAt(server.url);
  const profile = () =>
    bench.connector.profile(target, callerOf("modern"), new AbortController().signal);

  const [first, second] = [await profile(), await profile()];
  assert.deepEqual(second, first);
  assert.equal(server.discoveries, 1);

  bench.advance(11 * 60_000);
  await profile();
  assert.equal(server.discoveries, 2);
  server.script = ok;
});

Deno.test("what a legacy server says about itself is of the caller's own session", async () => {
  await using server = startLegacySessions();
  await using bench = await startBench();
  const target = targetAt(server.url);
  const { signal } = new AbortController();

  for (const sessionKey of ["a", "b", "a"]) {
    const greeting = await bench.connector.profile(
      target,
      callerOf("legacy", { sessionKey }),
      signal,
    );
    assert.deepEqual([greeting.route, greeting.protocolVersion], ["streamable", "2025-06-18"]);
    assert.ok("tools" in greeting.capabilities);
  }

  assert.equal(server.journal.withRpcMethod("initialize").length, 2);
});
