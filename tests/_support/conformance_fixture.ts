import {
  createMcpHandler,
  type EventId,
  type EventStore,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  type McpServer,
  WebStandardStreamableHTTPServerTransport as StreamableTransport,
} from "@modelcontextprotocol/server";
import { type Changes, conformanceServer, roundState, type Shared } from "./conformance_server.ts";
import { FixtureTasks } from "./conformance_tasks.ts";
import { Journal } from "./journal.ts";
import { serveLocally, type Upstream } from "./upstream.ts";

/** Which clients a fixture serves: those up to 2025-11-25, those of 2026-07-28, or all. */
export type FixtureEras = "both" | "legacy" | "modern";

/** What a client waits before it opens a stream again that was closed on purpose. */
const RETRY_MS = 100;

/** A server on loopback that offers everything that the public conformance suite asks for. */
export function startConformanceFixture(eras: FixtureEras): Upstream {
  const journal = new Journal();
  const changes: Changes = {
    toolsChanged() {
      modern.notify.toolsChanged();
      legacy.forEach((mcp) => mcp.sendToolListChanged());
    },
    promptsChanged() {
      modern.notify.promptsChanged();
      legacy.forEach((mcp) => mcp.sendPromptListChanged());
    },
  };
  const shared: Shared = { changes, state: roundState(), tasks: new FixtureTasks() };
  const legacy = new LegacySessions(() => conformanceServer("legacy", shared));
  const modern = createMcpHandler(() => conformanceServer("modern", shared), { legacy: "reject" });

  const http = serveLocally(async (received) => {
    const foreign = hostHeaderValidationResponse(received, localhostAllowedHostnames());
    if (foreign !== undefined) return foreign;

    const request = await journal.keep(received);
    const isLegacy = eras === "both" ? await isLegacyRequest(request) : eras === "legacy";
    return isLegacy ? await legacy.serve(request) : await modern.fetch(request);
  });

  return {
    url: `${http.origin}/mcp`,
    journal,
    async [Symbol.asyncDispose]() {
      shared.tasks.stop();
      await modern.close();
      await legacy.close();
      await http[Symbol.asyncDispose]();
    },
  };
}

/** One server and one transport for each legacy client, with streams that can be resumed. */
class LegacySessions {
  #open: () => McpServer;
  #sessions = new Map<string, { transport: StreamableTransport; mcp: McpServer }>();

  constructor(open: () => McpServer) {
    this.#open = open;
  }

  async serve(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    const transport = id === null ? await this.#begin() : this.#sessions.get(id)?.transport;
    return await transport?.handleRequest(request) ?? sessionNotFound();
  }

  forEach(tell: (mcp: McpServer) => void): void {
    for (const { mcp } of this.#sessions.values()) tell(mcp);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()));
  }

  async #begin(): Promise<StreamableTransport> {
    const mcp = this.#open();
    const transport = new StreamableTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: new MemoryEvents(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => void this.#sessions.set(id, { transport, mcp }),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    await mcp.connect(transport);
    return transport;
  }
}

/** Remembers what was said on one session's streams. Ids are numbers in order. */
class MemoryEvents implements EventStore {
  #events: { stream: string; message: Parameters<EventStore["storeEvent"]>[1] }[] = [];

  storeEvent(...[stream, message]: Parameters<EventStore["storeEvent"]>): Promise<EventId> {
    this.#events.push({ stream, message });
    return Promise.resolve(String(this.#events.length - 1));
  }

  getStreamIdForEventId(id: EventId): Promise<string | undefined> {
    return Promise.resolve(this.#events[Number(id)]?.stream);
  }

  async replayEventsAfter(
    last: EventId,
    { send }: Parameters<EventStore["replayEventsAfter"]>[1],
  ): Promise<string> {
    const stream = this.#events[Number(last)]?.stream ?? "";
    for (const [index, event] of this.#events.entries()) {
      const isNew = index > Number(last) && event.stream === stream;
      // A stream begins with an event that carries nothing but its id.
      if (isNew && "jsonrpc" in event.message) await send(String(index), event.message);
    }
    return stream;
  }
}

function sessionNotFound(): Response {
  const error = { code: -32001, message: "Session not found" };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}
