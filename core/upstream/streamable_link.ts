import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { ExchangeSubject } from "./echo_guard.ts";
import { subjectOf } from "./exchange_subject.ts";
import type { HttpClient } from "./http_client.ts";
import type { SessionOpening } from "./legacy_transport.ts";
import type { Target } from "./upstream.ts";
import type { UpstreamResponse } from "./upstream_response.ts";

const ASIDE_TIMEOUT_MS = 5_000;
/** A process that ends waits for it. */
const CLOSE_TIMEOUT_MS = 1_000;

/** What a call adds to a request that is sent in its course. */
interface Sending {
  target?: Target;
  heard?: () => void;
}

/** The same, for a stream. */
interface Listening extends Sending {
  subject?: () => ExchangeSubject | null;
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
  ): Promise<UpstreamResponse> {
    return this.#http.send(target, {
      method: "POST",
      headers: [["content-type", "application/json"], ...this.#headers(BOTH)],
      body: JSON.stringify(message),
      signal,
      heard,
      subject: () => subjectOf(message),
    });
  }

  /** Posts what has no answer; a failure of it is no failure of any call. */
  async postAside(message: RpcNotification | RpcResponse): Promise<void> {
    try {
      const signal = AbortSignal.timeout(ASIDE_TIMEOUT_MS);
      await (await this.post(message, { signal })).discard();
    } catch {
      // The next call will show what is wrong with the server.
    }
  }

  /** Opens a stream, or goes on with one (2025-11-25, Resumability). */
  get(
    lastEventId: string | null,
    signal: AbortSignal,
    { target = this.#opening.target, heard, subject }: Listening = {},
  ): Promise<UpstreamResponse> {
    const resume: [string, string][] = lastEventId === null
      ? []
      : [["last-event-id", headerText(lastEventId)]];
    return this.#http.send(target, {
      method: "GET",
      headers: [...this.#headers("text/event-stream"), ...resume],
      signal,
      heard,
      subject,
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
    await response.discard();
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
