import {
  type CallToolResult,
  createMcpHandler,
  fromJsonSchema,
  type McpHttpHandler,
  McpServer,
} from "@modelcontextprotocol/server";
import { Journal } from "./journal.ts";
import { HEADER_TOOL, runTool, type ToolDefinition, TOOLS } from "./toolbox.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

/** A server of 2026-07-28 that answers legacy requests with an error. */
export function startModern(): Upstream {
  return startWithHandler("reject");
}

/** A server of 2026-07-28 that serves legacy clients too, without sessions. */
export function startBothEras(): Upstream {
  return startWithHandler("stateless");
}

/** The HTTP side of such a server, for fixtures that build on it. */
export function modernHandler(journal: Journal, legacy: "reject" | "stateless"): McpHttpHandler {
  return createMcpHandler(() => modernServer(journal), { legacy });
}

function startWithHandler(legacy: "reject" | "stateless"): Upstream {
  const journal = new Journal();
  const handler = modernHandler(journal, legacy);
  const http = serveLocally(async (request) => await handler.fetch(await journal.keep(request)));

  return {
    url: `${http.origin}/mcp`,
    journal,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await http[Symbol.asyncDispose]();
    },
  };
}

function modernServer(journal: Journal): McpServer {
  const mcp = new McpServer({ name: "modern-fixture", version: "1.0.0" });
  for (const tool of [...TOOLS, HEADER_TOOL]) register(mcp, tool);

  // The SDK turns what a tool throws into a result; here `boom` must stay an error.
  mcp.server.setRequestHandler("tools/call", async (request, ctx): Promise<CallToolResult> => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    const { headers, url } = ctx.http?.req ?? new Request("http://127.0.0.1");
    return await runTool({
      name: request.params.name,
      args: request.params.arguments ?? {},
      headers,
      query: new URL(url).searchParams,
      signal: ctx.mcpReq.signal,
      async progress(progress, total) {
        if (progressToken === undefined) return;
        const params = { progressToken, progress, total, message: `${progress} of ${total}` };
        await ctx.mcpReq.notify({ method: "notifications/progress", params });
      },
    }, journal);
  });

  return mcp;
}

function register(mcp: McpServer, tool: ToolDefinition): void {
  const { name, inputSchema, ...rest } = tool;
  mcp.registerTool(name, { ...rest, inputSchema: fromJsonSchema(inputSchema) }, () => {
    throw new Error("Not reached: tools/call has a handler of its own");
  });
}
