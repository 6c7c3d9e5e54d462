// @ts-types="@modelcontextprotocol/sdk/server/sse"
import type { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
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
import { serveSse } from "./sse_host.ts";
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
export function startSseFeatures(
  newest: LegacyVersion,
  { port = 0, world = new FeatureWorld() }: FeatureServerOptions = {},
): FeatureServer {
  const sessions = new Map<string, FeatureSession>();

  async function begin(transport: SSEServerTransport): Promise<void> {
    const session = featureSession(world, newest);
    sessions.set(transport.sessionId, session);
    session.server.onclose = () => void sessions.delete(transport.sessionId);
    await session.server.connect(transport);
  }

  const { journal } = world;
  const http = serveSse({ journal, port, begin, read: (message) => capVersion(message, newest) });

  return {
    ...shared(world, () => sessions.values()),
    url: http.url,
    port: http.port,
    listeners: () => sessions.size,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
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
