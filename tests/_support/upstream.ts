import type { Journal } from "./journal.ts";

/** A running MCP server on loopback, stopped when it goes out of scope. */
export interface Upstream extends AsyncDisposable {
  /** The address that a client or the gateway connects to. */
  readonly url: string;
  /** What it received, seen from outside the protocol. */
  readonly journal: Journal;
}

/** An HTTP server in this process, on a free port of loopback. */
export interface LocalServer extends AsyncDisposable {
  readonly origin: string;
}

/**
 * Serves on loopback; closing ends open streams instead of waiting for them, and connections on
 * which nothing was ever asked, which clients keep for 90 s and `shutdown()` would wait for.
 */
export function serveLocally(
  handler: (request: Request) => Response | Promise<Response>,
  port = 0,
): LocalServer {
  const stopping = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal: stopping.signal, onListen: () => {} },
    handler,
  );

  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
    },
  };
}
