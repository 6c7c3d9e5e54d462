import { Server } from "@modelcontextprotocol/sdk/server";
// @ts-types="@modelcontextprotocol/sdk/server/sse"
import type { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport as StreamableTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolRequestSchema,
  type LoggingLevel,
  LoggingMessageNotificationParamsSchema,
  ResultSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { pause } from "./eventually.ts";
import { Journal } from "./journal.ts";
import { serveSse } from "./sse_host.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

/** One session of a server that has a lot to say. */
export interface TalkativeSession {
  readonly server: Server;
  readonly subscriptions: ReadonlySet<string>;
  /** Every level that was set, in this order. */
  readonly levels: readonly string[];
}

/** A legacy server that asks and tells its clients things, with sessions. */
export interface TalkativeUpstream extends Upstream {
  readonly port: number;
  /** The open sessions, oldest first. */
  sessions(): TalkativeSession[];
}

/** The question that the server asks, in a call or outside of one. */
export const QUESTION = {
  method: "elicitation/create" as const,
  params: {
    message: "Which colour?",
    requestedSchema: { type: "object" as const, properties: {} },
  },
};

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  logging: {},
};

/** Such a server on Streamable HTTP. */
export function startTalkativeStreamable(port = 0): TalkativeUpstream {
  const journal = new Journal();
  const open = new Map<string, TalkativeSession & { transport: StreamableTransport }>();

  async function begin(): Promise<StreamableTransport> {
    const session = talkativeSession();
    const transport = new StreamableTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void open.set(id, { ...session, transport }),
      onsessionclosed: (id) => void open.delete(id),
    });
    await session.server.connect(transport);
    return transport;
  }

  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    const id = request.headers.get("mcp-session-id");
    const transport = id === null ? await begin() : open.get(id)?.transport;
    return await transport?.handleRequest(request) ?? new Response(null, { status: 404 });
  }, port);

  return {
    url: `${http.origin}/mcp`,
    port: Number(new URL(http.origin).port),
    journal,
    sessions: () => [...open.values()],
    async [Symbol.asyncDispose]() {
      // First the connections, as when a process ends: nothing says goodbye.
      await http[Symbol.asyncDispose]();
      await Promise.all([...open.values()].map(({ transport }) => transport.close()));
    },
  };
}

/** Such a server on HTTP+SSE. */
export function startTalkativeSse(port = 0): TalkativeUpstream {
  const journal = new Journal();
  const open = new Map<string, TalkativeSession>();

  async function begin(transport: SSEServerTransport): Promise<void> {
    const session = talkativeSession();
    open.set(transport.sessionId, session);
    session.server.onclose = () => void open.delete(transport.sessionId);
    await session.server.connect(transport);
  }

  const http = serveSse({ journal, port, begin });

  return {
    url: http.url,
    port: http.port,
    journal,
    sessions: () => [...open.values()],
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
}

/** Both of them, by the words that a test's name uses. */
export const TALKATIVE_KINDS = [
  { name: "Streamable HTTP", route: "streamable", start: startTalkativeStreamable },
  { name: "HTTP+SSE", route: "sse", start: startTalkativeSse },
] as const;

/** Ends a server and starts another one at its address, which knows none of its sessions. */
export async function restarted(
  upstream: TalkativeUpstream,
  start: (port: number) => TalkativeUpstream | Promise<TalkativeUpstream>,
): Promise<TalkativeUpstream> {
  await upstream[Symbol.asyncDispose]();
  const next = await start(upstream.port);
  // A process takes this long to start; by then its clients know that connections closed.
  await pause(50);
  return next;
}

/** Asks the client of a session, in the course of no call. */
export async function askOutside({ server }: TalkativeSession): Promise<unknown> {
  return await server.request(QUESTION, ResultSchema);
}

function talkativeSession(): TalkativeSession {
  const server = new Server({ name: "talkative", version: "1.0.0" }, {
    capabilities: CAPABILITIES,
  });
  const subscriptions = new Set<string>();
  const levels: LoggingLevel[] = [];

  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    levels.push(params.level);
    return {};
  });
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscriptions.add(params.uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscriptions.delete(params.uri);
    return {};
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    switch (params.name) {
      case "ask":
        return said(JSON.stringify(await extra.sendRequest(QUESTION, ResultSchema)));
      case "ask_and_take_back": {
        const ending = new AbortController();
        const options = { signal: ending.signal, timeout: 60_000 };
        const asked = extra.sendRequest(QUESTION, ResultSchema, options);
        setTimeout(() => ending.abort("no longer needed"), 50);
        return said(await asked.then(() => "answered", () => "taken back"));
      }
      case "log":
        for (const level of ["debug", "info", "error"] as const) {
          const isWanted = rank(level) >= rank(levels.at(-1) ?? "debug");
          const log = { method: "notifications/message" as const, params: { level, data: level } };
          if (isWanted) await extra.sendNotification(log);
        }
        return said("logged");
      case "ask_beside":
        return said(JSON.stringify(await server.request(QUESTION, ResultSchema)));
      case "log_beside":
        await server.sendLoggingMessage({ level: "error", data: "beside" });
        // It travels on another connection than the answer, and must not come after that.
        await pause(50);
        return said("logged");
      case "wait":
        await new Promise((resolve) => extra.signal.addEventListener("abort", resolve));
        return said("cancelled");
      default:
        return said(String(params.arguments?.text));
    }
  });

  return { server, subscriptions, levels };
}

function rank(level: LoggingLevel): number {
  return LoggingMessageNotificationParamsSchema.shape.level.options.indexOf(level);
}

function said(text: string) {
  return { content: [{ type: "text" as const, text }] };
}
