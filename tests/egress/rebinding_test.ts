import assert from "node:assert/strict";
import { PUBLIC_ADDRESS, startNamedWorld } from "../_support/named_upstream.ts";
import { answerIn, legacy, modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";

const PUBLIC_ONLY = { AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "0" };

/** A modern server, as little as one can be. */
async function answer(request: Request): Promise<Response> {
  const { id, method } = await request.json();
  if (method === "initialize") {
    return Response.json({ jsonrpc: "2.0", id, error: { code: -32601, message: "No" } });
  }
  const result = method === "server/discover"
    ? { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } }
    : { resultType: "complete", content: [{ type: "text", text: "hello" }] };
  return Response.json({ jsonrpc: "2.0", id, result });
}

Deno.test("a server at a public name is called through the gateway's own door", async () => {
  await using named = startNamedWorld(answer);
  await using world = await startWorld({ env: PUBLIC_ONLY, network: named.network });
  await world.addServer("files", "https://mcp.example.com/mcp");
  const { token } = await world.addToken();

  for (const send of [modern, legacy]) {
    const request = send(token, "tools/call", { name: "files__read" });
    const { result } = await answerIn(await world.send(request));
    assert.equal(result.content[0].text, "hello");
  }

  assert.deepEqual([...new Set(named.connected)], [`${PUBLIC_ADDRESS} 443`]);
  assert.deepEqual(world.log, []);
});

Deno.test("nothing arrives inside when a name is public at first and leads to loopback later", async () => {
  let arrived = 0;
  const inside = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const counting = (async () => {
    for await (const connection of inside) {
      arrived++;
      connection.close();
    }
  })();
  const { port } = inside.addr as Deno.NetAddr;
  await using named = startNamedWorld(answer);
  // Whatever is asked for is really connected to, so that it would be seen.
  const connect = (hostname: string, port: number) => Deno.connect({ hostname, port });
  const network = { ...named.network, connect };
  await using world = await startWorld({ env: PUBLIC_ONLY, network });
  // Public when it is registered and when it is looked at before the call; then never again.
  const answers = [[PUBLIC_ADDRESS], ["127.0.0.1"]];
  named.names.set("rebound.example.com", answers);
  await world.addServer("files", `https://rebound.example.com:${port}/mcp`);
  await world.addSecret("files", "X-Api-Key", "the-secret");
  const { token } = await world.addToken();

  for (const send of [modern, legacy]) {
    const request = send(token, "tools/call", { name: "files__read" });
    const { error } = await answerIn(await world.send(request));
    assert.match(
      error?.message ?? "",
      /^Server "files" cannot be called: "rebound.example.com" leads to 127.0.0.1, which is not/,
    );
    assert.doesNotMatch(error?.message ?? "", /the-secret/);
  }
  inside.close();
  await counting.catch(() => {});

  assert.equal(arrived, 0);
  assert.ok((named.lookups.get("rebound.example.com") ?? 0) >= 2);
});

Deno.test("a redirect is not followed to where its origin leads by then", async () => {
  let requests = 0;
  await using named = startNamedWorld((request) => {
    requests++;
    named.names.set("mcp.example.com", [["10.0.0.7"]]);
    const headers = { location: new URL("/elsewhere", request.url).href, connection: "close" };
    return new Response(null, { status: 307, headers });
  });
  await using world = await startWorld({ env: PUBLIC_ONLY, network: named.network });
  await world.addServer("files", "https://mcp.example.com/mcp");
  const { token } = await world.addToken();

  await answerIn(await world.send(modern(token, "tools/call", { name: "files__read" })));

  // A connection that is kept still leads to where it was checked; no other is opened.
  assert.deepEqual([...new Set(named.connected)], [`${PUBLIC_ADDRESS} 443`]);
  assert.ok(requests > 0);
});
