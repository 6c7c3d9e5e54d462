import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { discard, type HttpClient } from "./http_client.ts";
import type { SessionOpening } from "./legacy_transport.ts";
import type { Target } from "./upstream.ts";

const ASIDE_TIMEOUT_MS = 5_000;
/** A process that ends waits for it. */
const CLOSE_TIMEOUT_MS = 1_000;

/** What a call adds to a request that is sent in its course. */
interface Sending {
  target?: Target;
  heard?: () => void;
}

/** The HTTP requests of one session over Streamable HTTP, with the headers they all bear. */
export class StreamableLink {
  /** What the server gave out; `null` when it keeps no sessions. */
  sessionId: string | null = null;
  /** What was agreed on; `null` before that. */
  version: string | null = null;
  readonly #http: HttpClient;
  readonly #opening: SessionOpening;

  constructor(http: HttpClient, opening: SessionOpening) {
    this.#http = http;
    this.#opening = opening;
  }

  /** Posts one message; the caller reads or discards the answer. */
  post(
    message: RpcRequest | RpcNotification | RpcResponse,
    { target = this.#opening.target, signal, heard }: Sending & { signal: AbortSignal },
  ): Promise<Response> {
    return this.#http.send(target, {
      method: "POST",
      headers: [["content-type", "application/json"], ...this.#headers(BOTH)],
      body: JSON.stringify(message),
      signal,
      heard,
    });
  }

  /** Posts what has no answer; a failure of it is no failure of any call. */
  async postAside(message: RpcNotification | RpcResponse): Promise<void> {
    try {
      await discard(await this.post(message, { signal: AbortSignal.timeout(ASIDE_TIMEOUT_MS) }));
    } catch {
      // The next call will show what is wrong with the server.
    }
  }

  /** Opens a stream, or goes on with one (2025-11-25, Resumability). */
  get(
    lastEventId: string | null,
    signal: AbortSignal,
    { target = this.#opening.target, heard }: Sending = {},
  ): Promise<Response> {
    const resume: [string, string][] = lastEventId === null
      ? []
      : [["last-event-id", headerText(lastEventId)]];
    return this.#http.send(target, {
      method: "GET",
      headers: [...this.#headers("text/event-stream"), ...resume],
      signal,
      heard,
    });
  }

  /** Ends the session at the server. */
  async end(): Promise<void> {
    if (this.sessionId === null) return;
    const response = await this.#http.send(this.#opening.target, {
      method: "DELETE",
      headers: this.#headers(BOTH),
      signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS),
    });
    await discard(response);
  }

  #headers(accept: string): [string, string][] {
    const headers: [string, string][] = [["accept", accept]];
    if (this.version !== null) headers.push(["mcp-protocol-version", this.version]);
    if (this.sessionId !== null) headers.push(["mcp-session-id", this.sessionId]);
    return headers;
  }
}

/** The id of an event as a header carries it: in UTF-8 (HTML, Server-Sent Events). */
function headerText(eventId: string): string {
  return Array.from(new TextEncoder().encode(eventId), (byte) => String.fromCharCode(byte)).join(
    "",
  );
}

const BOTH = "application/json, text/event-stream";

/** Whether an answer is an event stream. */
export function isEventStream(response: Response): boolean {
  const type = response.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  return response.ok && type === "text/event-stream";
}
