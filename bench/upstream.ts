/**
 * A lean MCP server for the benchmark: both eras, one tool, ready-made results.
 *
 * It does as little as a server can, so that what is measured is what stands in
 * front of it.
 */
import { PROTOCOLS, TOOL } from "./protocol.ts";

const results = new Map<number, string>();

const serverInfo = { name: "bench-upstream", version: "1.0.0" };
const capabilities = { tools: {} };
const tools = [{
  name: TOOL,
  description: "Gives a text of this many bytes.",
  inputSchema: { type: "object", properties: { sizeBytes: { type: "integer" } } },
}];

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`ready on http://127.0.0.1:${port}`),
}, async (request) => {
  if (request.method === "DELETE") return new Response(null, { status: 204 });
  if (request.method !== "POST") return new Response(null, { status: 405 });

  const message = await request.json();
  if (message.id === undefined) return new Response(null, { status: 202 });

  const isModern = request.headers.get("mcp-protocol-version") === PROTOCOLS.modern;
  const result = resultOf(message, isModern);
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (message.method === "initialize") headers["mcp-session-id"] = crypto.randomUUID();
  if (result === null) return Response.json(unknownMethod(message.id), { status: 404 });
  const id = JSON.stringify(message.id);
  return new Response(`{"jsonrpc":"2.0","id":${id},"result":${result}}`, { headers });
});

// deno-lint-ignore no-explicit-any -- the messages are our own, and each check costs
function resultOf({ method, params }: any, isModern: boolean): string | null {
  const resultType = isModern ? { resultType: "complete" } : {};

  switch (method) {
    case "tools/call":
      return textOf(params.arguments.sizeBytes, isModern);
    case "tools/list":
      return JSON.stringify({ ...resultType, tools, ...(isModern ? cacheHints : {}) });
    case "initialize":
      return JSON.stringify({ protocolVersion: PROTOCOLS.legacy, capabilities, serverInfo });
    case "server/discover":
      return JSON.stringify({
        ...resultType,
        supportedVersions: [PROTOCOLS.modern],
        capabilities,
        serverInfo,
        ...cacheHints,
      });
    case "ping":
      return "{}";
    default:
      return null;
  }
}

const cacheHints = { ttlMs: 60_000, cacheScope: "private" };

function textOf(sizeBytes: number, isModern: boolean): string {
  const key = isModern ? sizeBytes : -sizeBytes;
  const known = results.get(key);
  if (known !== undefined) return known;

  const words = "the quick brown fox jumps over the lazy dog and so on, ";
  const text = words.repeat(Math.ceil(sizeBytes / words.length)).slice(0, sizeBytes);
  const result = JSON.stringify({
    ...(isModern ? { resultType: "complete" } : {}),
    content: [{ type: "text", text }],
  });
  results.set(key, result);
  return result;
}

function unknownMethod(id: unknown) {
  return { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } };
}
