import { Server } from "@modelcontextprotocol/sdk/server";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport as StreamableTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Journal } from "./journal.ts";
import { runTool, TOOLS } from "./toolbox.ts";
import { serveSse } from "./sse_host.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

/** A server that forgets its sessions when told to, as one that restarts does. */
export interface SessionUpstream extends Upstream {
  /** How many sessions are open. */
  sessions(): number;
  forgetSessions(): Promise<void>;
}

/** A legacy server with sessions on Streamable HTTP, up to 2025-11-25. */
export function startLegacySessions(): SessionUpstream {
  const journal = new Journal();
  const transports = new Map<string, StreamableTransport>();

  async function open(): Promise<StreamableTransport> {
    const transport = new StreamableTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    await legacyServer(journal).connect(transport);
    return transport;
  }

  async function forgetSessions(): Promise<void> {
    const open = [...transports.values()];
    transports.clear();
    await Promise.all(open.map((transport) => transport.close()));
  }

  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    const id = request.headers.get("mcp-session-id");
    const transport = id === null ? await open() : transports.get(id);
    return await transport?.handleRequest(request) ?? sessionNotFound();
  });

  return {
    url: `${http.origin}/mcp`,
    journal,
    sessions: () => transports.size,
    forgetSessions,
    async [Symbol.asyncDispose]() {
      await forgetSessions();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** A legacy server without sessions: every POST meets a new instance. */
export function startLegacyStateless(): Upstream {
  const journal = new Journal();

  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const transport = new StreamableTransport({ sessionIdGenerator: undefined });
    await legacyServer(journal).connect(transport);
    return await transport.handleRequest(request);
  });

  return {
    url: `${http.origin}/mcp`,
    journal,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** A server of 2024-11-05: a GET opens the stream, POSTs go to the address it names. */
export function startLegacySse(): Upstream {
  const journal = new Journal();
  const http = serveSse({
    journal,
    begin: (transport) => legacyServer(journal).connect(transport),
  });
  return {
    url: http.url,
    journal,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

function legacyServer(journal: Journal): Server {
  const server = new Server(
    { name: "legacy-fixture", version: "1.0.0" },
    { capabilities: { tools: {} } },
  );

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...TOOLS] }));

  server.setRequestHandler(CallToolRequestSchema, (request, extra) => {
    const progressToken = extra._meta?.progressToken;
    return runTool({
      name: request.params.name,
      args: request.params.arguments ?? {},
      headers: plainHeaders(extra.requestInfo?.headers ?? {}),
      query: extra.requestInfo?.url?.searchParams ?? new URLSearchParams(),
      signal: extra.signal,
      async progress(progress, total) {
        if (progressToken === undefined) return;
        const params = { progressToken, progress, total, message: `${progress} of ${total}` };
        await extra.sendNotification({ method: "notifications/progress", params });
      },
    }, journal);
  });

  return server;
}

function sessionNotFound(): Response {
  const error = { code: -32001, message: "Session not found" };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}

function plainHeaders(from: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}
