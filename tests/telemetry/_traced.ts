import type { ClientTarget } from "../_support/client.ts";
import { openWorkspace, type RunningGateway, startGateway } from "../_support/gateway.ts";
import { startLegacySessions, startLegacySse } from "../_support/legacy_upstreams.ts";
import { startModern } from "../_support/modern_upstreams.ts";
import { type OtelCollector, startCollector } from "../_support/otel_collector.ts";
import type { Upstream } from "../_support/upstream.ts";

/** The kinds of servers that are called. */
export const KINDS = ["modern", "streamable", "sse"] as const;

/** The gateway with a server of each kind, and where it exports to. */
export interface TracedWorld extends AsyncDisposable {
  gateway: RunningGateway;
  collector: OtelCollector;
  target: ClientTarget;
  servers: Record<typeof KINDS[number], Upstream>;
}

/** A key that travels in the query of every request to the modern server. */
export const QUERY_KEY = "query-key-5f0a7c2d91";

/** A key that travels in a header of every request to the legacy servers. */
export const HEADER_KEY = "header-key-77b1e04c3a";

/** Starts it all; the gateway exports unless telemetry is `"off"`. */
export async function tracedWorld(
  telemetry: "on" | "off",
  more: Record<string, string> = {},
): Promise<TracedWorld> {
  await using stack = new AsyncDisposableStack();
  const collector = stack.use(startCollector());
  const servers = {
    modern: stack.use(startModern()),
    streamable: stack.use(startLegacySessions()),
    sse: stack.use(startLegacySse()),
  };
  const { OTEL_DENO: _on, ...rest } = collector.env;
  const gateway = stack.use(
    await startGateway({ env: { ...telemetry === "on" ? collector.env : rest, ...more } }),
  );
  const { admin } = gateway;
  const { token } = await openWorkspace(gateway, servers);
  await admin.setSecret("modern", "KEY", QUERY_KEY, [
    { kind: "query", name: "key", template: "{{value}}" },
  ]);
  await admin.setSecret("streamable", "X-Key", HEADER_KEY);
  await admin.setSecret("sse", "X-Key", HEADER_KEY);

  const all = stack.move();
  return {
    gateway,
    collector,
    servers,
    target: { url: gateway.workspaceUrl("team"), token },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** One `tools/call` of 2026-07-28 with these headers and `_meta`. */
export async function callTool(
  { url, token }: ClientTarget,
  name: string,
  { args = {}, meta = {}, headers = {}, id = 1 }: {
    args?: Record<string, unknown>;
    meta?: Record<string, unknown>;
    headers?: Record<string, string>;
    id?: number | string;
  } = {},
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": name,
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: {
        name,
        arguments: args,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1.0.0" },
          "io.modelcontextprotocol/clientCapabilities": {},
          ...meta,
        },
      },
    }),
  });
  const text = await response.text();
  // An answer that takes a while comes as a stream.
  const events = text.split("\n").filter((line) => line.startsWith("data: {"));
  return JSON.parse(events.at(-1)?.slice("data: ".length) ?? text);
}
