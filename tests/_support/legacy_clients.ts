import { NPM_PROGRAMS } from "./npm_programs.ts";
import { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/sse"
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import {
  bearer,
  type CalledTool,
  type CallOptions,
  type ClientTarget,
  fetchFor,
  type ListedTool,
  type TestClient,
} from "./client.ts";

const MCP_REMOTE = NPM_PROGRAMS.mcpRemote;

/** SDK 1 on Streamable HTTP, 2025-11-25. */
export async function connectLegacyStreamable(target: ClientTarget): Promise<TestClient> {
  const { url, token } = target;
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: bearer(token) },
    fetch: fetchFor(target),
  });
  const client = legacyClient();
  await client.connect(transport);
  return wrap(client, () => transport.terminateSession());
}

/** SDK 1 on HTTP+SSE of 2024-11-05. */
export async function connectLegacySse(target: ClientTarget): Promise<TestClient> {
  const { url, token } = target;
  const transport = new SSEClientTransport(new URL(url), {
    requestInit: { headers: bearer(token) },
    fetch: fetchFor(target),
  });
  const client = legacyClient();
  await client.connect(transport);
  return wrap(client);
}

/** `mcp-remote` as an editor starts it: a process that speaks stdio to us. */
export function connectMcpRemote(target: ClientTarget): Promise<TestClient> {
  return startMcpRemote(target, "legacy");
}

/** `mcp-remote` that looks for a modern server first. */
export function connectMcpRemoteAuto(target: ClientTarget): Promise<TestClient> {
  return startMcpRemote(target, "auto");
}

async function startMcpRemote(
  { url, token }: ClientTarget,
  protocol: "legacy" | "auto",
): Promise<TestClient> {
  const folder = await Deno.makeTempDir({ prefix: "mcp-remote-" });
  const denoDir = Deno.env.get("DENO_DIR");
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args: [
      ...["run", "--no-config", "--no-lock", "-A", MCP_REMOTE, url],
      ...["--header", "Authorization:${AUTH_HEADER}"],
      ...["--allow-http", "--protocol", protocol, "--auth-timeout", "1"],
    ],
    env: {
      AUTH_HEADER: `Bearer ${token}`,
      MCP_REMOTE_CONFIG_DIR: folder,
      // Nothing here can open a browser, whatever it is answered.
      PATH: folder,
      ...(denoDir === undefined ? {} : { DENO_DIR: denoDir }),
    },
    stderr: "ignore",
  });

  const client = legacyClient();
  await client.connect(transport, { timeout: 120_000 });
  return wrap(client, undefined, () => Deno.remove(folder, { recursive: true }));
}

function legacyClient(): Client {
  return new Client({ name: "legacy-test-client", version: "1.0.0" });
}

function wrap(
  client: Client,
  beforeClose?: () => Promise<void>,
  afterClose?: () => Promise<void>,
): TestClient {
  return {
    listTools: () => listAll(client),
    callTool: (name, args, options) => call(client, name, args, options),
    async [Symbol.asyncDispose]() {
      await beforeClose?.().catch(() => {});
      await client.close();
      await afterClose?.();
    },
  };
}

async function listAll(client: Client): Promise<ListedTool[]> {
  const tools: ListedTool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? undefined : { cursor });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}

async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  { onProgress, signal }: CallOptions = {},
): Promise<CalledTool> {
  const params = { name, arguments: args };
  const options = { onprogress: onProgress, signal };
  const result = await client.callTool(params, CallToolResultSchema, options);
  return result as CalledTool;
}
