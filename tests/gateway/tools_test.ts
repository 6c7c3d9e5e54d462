import assert from "node:assert/strict";
import { exposedName } from "../../core/mcp/tool_names.ts";
import { startLegacySessions } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { DOTTED_NAME, LONG_NAME, TOOLS } from "../_support/toolbox.ts";
import { serveLocally } from "../_support/upstream.ts";
import { answerIn, type Json, legacy, modern } from "./_requests.ts";
import { sharedFile, startWorld, type World } from "./_world.ts";

const SEND = { modern, legacy };

async function toolsOf(world: World, request: Request): Promise<Json[]> {
  const { result } = await answerIn(await world.send(request));
  return result.tools;
}

async function textOf(world: World, request: Request): Promise<string> {
  const { result, error } = await answerIn(await world.send(request));
  return result?.content[0].text ?? error?.message;
}

Deno.test("the same tools of two servers are told apart, in a stable order, for both eras", async () => {
  await using first = startModern();
  await using second = startLegacySessions();
  await using world = await startWorld();
  await world.addServer("b-old", second.url);
  await world.addServer("a-new", first.url);
  const { token } = await world.addToken();

  const lists = [
    await toolsOf(world, modern(token, "tools/list")),
    await toolsOf(world, legacy(token, "tools/list")),
    await toolsOf(world, modern(token, "tools/list")),
  ];

  const names = lists.map((tools) => tools.map(({ name }) => String(name)));
  assert.deepEqual(names[1], names[0]);
  assert.deepEqual(names[2], names[0]);
  assert.equal(new Set(names[0]).size, names[0].length);
  assert.equal(names[0].length, 2 * TOOLS.length + 1);
  assert.ok(names[0].every((name) => /^[A-Za-z0-9_-]{1,46}$/.test(name)));
  const echo = lists[0].find(({ name }) => name === "b-old__echo");
  const { name: _own, ...definition } = TOOLS[0];
  assert.deepEqual(echo, { name: "b-old__echo", ...definition });
});

Deno.test("a tool with a long name, or one with dots, is called under the name it is shown by", async () => {
  await using upstream = startModern();
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("notes", upstream.url);
  const { token } = await one.addToken();

  for (const name of [LONG_NAME, DOTTED_NAME]) {
    const params = { name: exposedName("notes", name) };
    for (const world of [one, two]) {
      for (const send of Object.values(SEND)) {
        assert.equal(await textOf(world, send(token, "tools/call", params)), name);
      }
    }
  }
});

/** A modern server whose tools a test changes while it runs. */
function startChanging(tools: () => Json[]) {
  const calls: { name: string; region: string | null }[] = [];
  const http = serveLocally(async (request) => {
    const { method, id, params } = await request.json();
    const ok = (result: Json) => Response.json({ jsonrpc: "2.0", id, result });
    if (method === "server/discover") {
      return ok({ supportedVersions: ["2026-07-28"], capabilities: {} });
    }
    if (method === "tools/list") return ok({ tools: tools() });
    if (method !== "tools/call") {
      const error = { code: -32601, message: "Method not found" };
      return Response.json({ jsonrpc: "2.0", id, error }, { status: 404 });
    }

    const region = request.headers.get("mcp-param-region");
    calls.push({ name: params.name, region });
    const known = tools().find(({ name }) => name === params.name);
    const wantsRegion = JSON.stringify(known ?? {}).includes("x-mcp-header");
    if (wantsRegion && region !== params.arguments.region) {
      const error = { code: -32020, message: "Header mismatch" };
      return Response.json({ jsonrpc: "2.0", id, error }, { status: 400 });
    }
    return ok({ content: [{ type: "text", text: known === undefined ? "unknown" : "ran" }] });
  });
  return { ...http, calls };
}

const PLAIN = { name: "order", inputSchema: { type: "object" } };
const ROUTED = {
  name: "order",
  inputSchema: {
    type: "object",
    properties: { region: { type: "string", "x-mcp-header": "Region" } },
  },
};

Deno.test("arguments go into headers where a modern server's tool asks for it, without a list before", async () => {
  await using http = startChanging(() => [ROUTED]);
  await using world = await startWorld();
  await world.addServer("shop", http.origin);
  const { token } = await world.addToken();

  for (const region of ["eu", "日本"]) {
    const params = { name: "shop__order", arguments: { region } };
    await textOf(world, modern(token, "tools/call", params));
    await textOf(world, legacy(token, "tools/call", params));
  }

  const regions = new Set(http.calls.map(({ region }) => region));
  assert.deepEqual(regions, new Set(["eu", "=?base64?5pel5pys?="]));
});

Deno.test("a tool that has changed what it wants in headers is listed and called once more", async () => {
  let tools: Json[] = [PLAIN];
  await using http = startChanging(() => tools);
  await using world = await startWorld();
  await world.addServer("shop", http.origin);
  const { token } = await world.addToken();
  const call = () =>
    textOf(
      world,
      modern(token, "tools/call", { name: "shop__order", arguments: { region: "eu" } }),
    );
  assert.equal(await call(), "ran");

  tools = [ROUTED];

  assert.equal(await call(), "ran");
  assert.deepEqual(http.calls.map(({ region }) => region), [null, null, "eu"]);
});

Deno.test("a new tool with a short name of its own can be called before it is remembered here", async () => {
  let tools: Json[] = [PLAIN];
  await using http = startChanging(() => tools);
  await using file = await sharedFile();
  await using one = await startWorld({ store: await file.open() });
  await using two = await one.another();
  await one.addServer("shop", http.origin);
  const { token } = await one.addToken();
  for (const world of [one, two]) await toolsOf(world, modern(token, "tools/list"));

  tools = [PLAIN, { name: "a.new.tool", inputSchema: { type: "object" } }];
  const [, fresh] = await toolsOf(one, modern(token, "tools/list"));

  const name = String(fresh.name);
  assert.equal(await textOf(two, modern(token, "tools/call", { name })), "ran");
});

Deno.test("a tool whose header annotations are invalid is left out, and only that one", async () => {
  const invalid = {
    name: "bad",
    inputSchema: { properties: { p: { type: "number", "x-mcp-header": "P" } } },
  };
  await using http = startChanging(() => [PLAIN, invalid]);
  await using world = await startWorld();
  await world.addServer("shop", http.origin);
  const { token } = await world.addToken();

  const tools = await toolsOf(world, modern(token, "tools/list"));

  assert.deepEqual(tools.map(({ name }) => name), ["shop__order"]);
});

Deno.test("a list has one page: a cursor is unknown", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  const { error } = await answerIn(await world.send(modern(token, "tools/list", { cursor: "" })));

  assert.equal(error?.code, -32602);
});

Deno.test("an error's HTTP status reaches a modern client only where the protocol gives it a meaning", async () => {
  await using http = serveLocally(async (request) => {
    const { method, id, params } = await request.json();
    const result = { supportedVersions: ["2026-07-28"], capabilities: {}, tools: [] };
    if (method !== "tools/call") return Response.json({ jsonrpc: "2.0", id, result });
    const error = { code: -32099, message: "no" };
    const status = Number(params.name);
    return Response.json({ jsonrpc: "2.0", id, error }, { status });
  });
  await using world = await startWorld();
  await world.addServer("odd", http.origin);
  const { token } = await world.addToken();

  for (const [given, seen] of [[200, 200], [400, 400], [404, 404], [500, 200], [429, 200]]) {
    const response = await world.send(modern(token, "tools/call", { name: `odd__${given}` }));
    assert.equal(response.status, seen);
    assert.equal((await answerIn(response)).error?.code, -32099);
    const plain = await world.send(legacy(token, "tools/call", { name: `odd__${given}` }));
    assert.equal(plain.status, 200);
    await plain.body?.cancel();
  }
});

Deno.test("initialize and server/discover say what the gateway is, and no more than it can", async () => {
  await using world = await startWorld();
  const { token } = await world.addToken();

  const hello = await answerIn(await world.send(legacy(token, "initialize", {})));
  const discovered = await answerIn(await world.send(modern(token, "server/discover")));

  const offered = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    completions: {},
    logging: {},
  };
  assert.deepEqual(hello.result.capabilities, offered);
  assert.equal(hello.result.protocolVersion, "2025-11-25");
  assert.equal(hello.result.serverInfo.name, "aerostack-gateway");
  assert.deepEqual(discovered.result.capabilities, offered);
  assert.equal(discovered.result.resultType, "complete");
  assert.ok(discovered.result.supportedVersions.includes("2026-07-28"));
});
