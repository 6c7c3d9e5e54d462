import type { ByteReader } from "../mcp/byte_reader.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { type LongEvent, readLongEvents } from "../mcp/long_events.ts";
import type { SseEvent } from "../mcp/sse.ts";
import type { ExchangeSubject } from "./echo_guard.ts";
import { subjectOf } from "./exchange_subject.ts";
import { streamFailure } from "./answer_stream.ts";
import { httpFailure, upstreamFailure } from "./failures.ts";
import type { HttpClient } from "./http_client.ts";
import { LARGE_BYTES } from "./large_answer.ts";
import { isRefusal } from "./read_answer.ts";
import { MAX_ANSWER_CHARS, type Target } from "./upstream.ts";

const ASIDE_TIMEOUT_MS = 30_000;

/** What a request needs beside its message. */
interface Sending {
  target: Target;
  signal: AbortSignal;
  heard?: () => void;
}

/** The open stream of an HTTP+SSE session, and the address to post to. */
export class SseLink {
  /** What was agreed on; `null` before that. */
  version: string | null = null;
  /** Whether a long event that begins so is wanted while it comes; none is by itself. */
  wantsLong: (beginning: Uint8Array) => boolean = () => false;
  /** What a message that comes now is most likely about. */
  subject: () => ExchangeSubject | null = () => null;
  readonly events: AsyncGenerator<SseEvent | LongEvent>;
  readonly #http: HttpClient;
  readonly #target: Target;
  readonly #body: ByteReader;
  readonly #endpoint: URL;

  /** Wraps an opened stream that has named its endpoint; see {@linkcode openSseLink}. */
  constructor(
    http: HttpClient,
    target: Target,
    body: ByteReader,
    events: AsyncGenerator<SseEvent | LongEvent>,
    endpoint: URL,
  ) {
    this.#http = http;
    this.#target = target;
    this.#body = body;
    this.events = events;
    this.#endpoint = endpoint;
  }

  /** Posts one message and gives the status; the answer comes on the stream. */
  async post(
    message: RpcRequest | RpcNotification | RpcResponse,
    { target, signal, heard }: Sending,
  ): Promise<number> {
    const version = this.version === null ? [] : [["mcp-protocol-version", this.version] as const];
    const response = await this.#http.send(target, {
      method: "POST",
      url: this.#endpoint,
      headers: [
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ...version,
      ],
      body: JSON.stringify(message),
      signal,
      heard,
      subject: () => subjectOf(message),
    });
    await response.discard();
    return response.status;
  }

  /** Posts what has no answer; a failure of it is no failure of any call. */
  async postAside(message: RpcNotification | RpcResponse): Promise<void> {
    try {
      const signal = AbortSignal.timeout(ASIDE_TIMEOUT_MS);
      await this.post(message, { target: this.#target, signal });
    } catch {
      // The next call will show what is wrong with the server.
    }
  }

  /** Closes the stream. */
  close(): void {
    void this.#body.cancel().catch(() => {});
  }
}

/**
 * Opens an event stream that names where to post (2024-11-05, Transports); `null` when the
 * server does not offer one. `signal` ends the opening alone: the stream outlives it.
 */
export async function openSseLink(
  http: HttpClient,
  target: Target,
  signal: AbortSignal,
): Promise<SseLink | null> {
  const opening = new AbortController();
  const onAbort = () => opening.abort(signal.reason);
  signal.addEventListener("abort", onAbort);

  try {
    return await open(http, target, opening.signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function open(
  http: HttpClient,
  target: Target,
  signal: AbortSignal,
): Promise<SseLink | null> {
  let link: SseLink | null = null;
  const response = await http.send(target, {
    method: "GET",
    headers: [["accept", "text/event-stream"]],
    signal,
    subject: () => link?.subject() ?? null,
  });
  const body = response.isEventStream ? response.reader() : null;
  if (body === null) {
    await response.discard();
    if (response.ok || isRefusal(response.status)) return null;
    throw httpFailure(target.slug, response.status);
  }

  const letGo = () => void body.cancel().catch(() => {});
  signal.addEventListener("abort", letGo);
  const events = readLongEvents(body, {
    maxBytes: MAX_ANSWER_CHARS,
    longBytes: LARGE_BYTES,
    holding: response.holding(),
    isWanted: (beginning) => link?.wantsLong(beginning) ?? false,
  });

  try {
    const first = await events.next();
    if (!first.done && "event" in first.value && first.value.event === "endpoint") {
      const endpoint = endpointOf(target, first.value.data);
      return link = new SseLink(http, target, body, events, endpoint);
    }
    letGo();
    return null;
  } catch (error) {
    letGo();
    throw streamFailure(target.slug, error);
  }
}

/**
 * The address to POST to; another origin is refused, since secrets would go there, and so is
 * one that brings credentials of its own.
 */
function endpointOf(target: Target, data: string): URL {
  const url = URL.canParse(data, target.url) ? new URL(data, target.url) : null;
  if (url !== null && (url.username !== "" || url.password !== "")) {
    throw upstreamFailure(target.slug, "protocol", "names an endpoint with a user or password");
  }
  if (url?.origin === target.url.origin) return url;
  throw upstreamFailure(
    target.slug,
    "protocol",
    "names an endpoint on another origin, which is not called",
  );
}
