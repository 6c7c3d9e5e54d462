import type { IncomingMessage, ServerResponse } from "node:http";
// @ts-types="@modelcontextprotocol/sdk/server/sse"
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import type { Journal } from "./journal.ts";
import { serveLocally } from "./upstream.ts";

interface HostOptions {
  journal: Journal;
  port?: number;
  /** Gives the stream that a client opened a server to talk to. */
  begin(transport: SSEServerTransport): Promise<void>;
  /** What the server gets for what a client posted. */
  read?(message: unknown): unknown;
}

/**
 * The HTTP+SSE transport of the SDK, on the web's requests: a GET of /sse opens a stream,
 * and POSTs go to the address that it names.
 *
 * The SDK wants those of `node:http`, whose connections cannot be cut on Deno 2.5.
 */
export function serveSse({ journal, port, begin, read = (message) => message }: HostOptions) {
  const transports = new Map<string, SSEServerTransport>();

  async function open(): Promise<Response> {
    const response = new WebResponse();
    const transport = new SSEServerTransport("/messages", response.forNode());
    transports.set(transport.sessionId, transport);
    response.on("close", () => transports.delete(transport.sessionId));
    await begin(transport);
    return await response.whenBegun;
  }

  const http = serveLocally(async (received) => {
    const request = await journal.keep(received);
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "GET" && pathname === "/sse") return await open();

    const transport = transports.get(searchParams.get("sessionId") ?? "");
    if (request.method !== "POST" || transport === undefined) {
      const isSse = request.method === "POST" && pathname === "/sse";
      return new Response(null, { status: isSse ? 405 : 404 });
    }
    const response = new WebResponse();
    const message = read(await request.json());
    await transport.handlePostMessage(asNode(request), response.forNode(), message);
    return await response.whenBegun;
  }, port);

  return {
    url: `${http.origin}/sse`,
    port: Number(new URL(http.origin).port),
    /** Cuts the connections, as when a process ends: nothing says goodbye. */
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  } satisfies AsyncDisposable & { url: string; port: number };
}

/** As much of a `node:http` response as the SDK uses, which becomes one of the web. */
class WebResponse {
  readonly whenBegun: Promise<Response>;
  readonly #begun = Promise.withResolvers<Response>();
  readonly #encoder = new TextEncoder();
  readonly #listeners: (() => void)[] = [];
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor() {
    this.whenBegun = this.#begun.promise;
  }

  writeHead(status: number, headers: Record<string, string> = {}): this {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#body = controller),
      cancel: () => this.#close(),
    });
    this.#begun.resolve(new Response(body, { status, headers }));
    return this;
  }

  write(text: string): void {
    this.#body?.enqueue(this.#encoder.encode(text));
  }

  end(text = ""): void {
    if (this.#body === null) return;
    this.write(text);
    this.#body.close();
    this.#close();
  }

  on(_event: "close", listener: () => void): void {
    this.#listeners.push(listener);
  }

  forNode(): ServerResponse {
    return this as unknown as ServerResponse;
  }

  #close(): void {
    this.#body = null;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

function asNode({ url, headers }: Request): IncomingMessage {
  const { pathname, search } = new URL(url);
  const request = { url: pathname + search, headers: Object.fromEntries(headers) };
  return request as unknown as IncomingMessage;
}
