import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
// @ts-types="@modelcontextprotocol/sdk/server/sse"
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport as StreamableTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { type FeatureServer, type FeatureServerOptions, watchEnd } from "./feature_server.ts";
import {
  capVersion,
  type FeatureSession,
  featureSession,
  type LegacyVersion,
  tellOfChange,
  tellOfGrowth,
} from "./feature_sessions.ts";
import { FeatureWorld, TODAY } from "./feature_world.ts";
import { serveLocally } from "./upstream.ts";

interface OpenSession extends FeatureSession {
  transport: StreamableTransport;
}

/** The feature set on Streamable HTTP with sessions; it knows no revision after `newest`. */
export function startStreamableFeatures(
  newest: LegacyVersion,
  { port = 0, world = new FeatureWorld() }: FeatureServerOptions = {},
): FeatureServer {
  const sessions = new Map<string, OpenSession>();
  let listeners = 0;

  async function open(): Promise<StreamableTransport> {
    const session = featureSession(world, newest);
    const transport = new StreamableTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, { ...session, transport }),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await session.server.connect(transport);
    return transport;
  }

  async function serve(request: Request): Promise<Response> {
    if ((request.headers.get("mcp-protocol-version") ?? "") > newest) {
      return refusal(400, -32000, "Bad Request: Unsupported protocol version");
    }
    const id = request.headers.get("mcp-session-id");
    const transport = id === null ? await open() : sessions.get(id)?.transport;
    if (transport === undefined) return refusal(404, -32001, "Session not found");
    if (request.method !== "POST") return listening(await transport.handleRequest(request));

    const parsedBody = capVersion(await request.json(), newest);
    return await transport.handleRequest(request, { parsedBody });
  }

  function listening(answer: Response): Response {
    if (answer.body === null || !answer.ok) return answer;
    listeners++;
    return new Response(watchEnd(answer.body, () => listeners--), answer);
  }

  const http = serveLocally(async (received) => serve(await world.journal.keep(received)), port);

  return {
    ...shared(world, () => sessions.values()),
    url: `${http.origin}/mcp`,
    port: Number(new URL(http.origin).port),
    listeners: () => listeners,
    async [Symbol.asyncDispose]() {
      // First the connections, as when a process ends: nothing says goodbye.
      await http[Symbol.asyncDispose]();
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
    },
  };
}

/** The feature set on the HTTP+SSE transport of 2024-11-05, which many kept beyond it. */
export async function startSseFeatures(
  newest: LegacyVersion,
  { port = 0, world = new FeatureWorld() }: FeatureServerOptions = {},
): Promise<FeatureServer> {
  const sessions = new Map<string, FeatureSession & { transport: SSEServerTransport }>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    // Deno 2.5 ends a request without a body once its body is read.
    const body = request.method === "POST" ? await textOf(request) : "";
    world.journal.add({ method: request.method ?? "", url, headers: new Headers(), body });

    if (request.method === "GET" && url.pathname === "/sse") {
      const transport = new SSEServerTransport("/messages", response);
      const session = featureSession(world, newest);
      sessions.set(transport.sessionId, { ...session, transport });
      response.on("close", () => sessions.delete(transport.sessionId));
      return await session.server.connect(transport);
    }

    const session = sessions.get(url.searchParams.get("sessionId") ?? "");
    if (request.method === "POST" && session !== undefined) {
      const message = capVersion(JSON.parse(body), newest);
      return await session.transport.handlePostMessage(request, response, message);
    }
    response.writeHead(request.method === "POST" && url.pathname === "/sse" ? 405 : 404).end();
  }

  const http = createServer((request, response) => void serve(request, response));
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const bound = typeof address === "object" ? address?.port ?? 0 : 0;

  return {
    ...shared(world, () => sessions.values()),
    url: `http://127.0.0.1:${bound}/sse`,
    port: bound,
    listeners: () => sessions.size,
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
    },
  };
}

function shared(world: FeatureWorld, sessions: () => Iterable<FeatureSession>) {
  return {
    world,
    journal: world.journal,
    async grow(name: string) {
      world.grow(name);
      await tellOfGrowth([...sessions()]);
    },
    async change() {
      world.version++;
      await tellOfChange([...sessions()]);
    },
    subscribers: () => [...sessions()].filter((one) => one.subscriptions.has(TODAY)).length,
  };
}

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
