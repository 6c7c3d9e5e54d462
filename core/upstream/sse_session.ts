import { GatewayError } from "../errors.ts";
import {
  type Message,
  parseMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import type { ClientProfile } from "../mcp/meta.ts";
import { readSse, type SseEvent, SseTooLarge } from "../mcp/sse.ts";
import { networkFailure, upstreamFailure } from "./failures.ts";
import { discard, type HttpClient } from "./http_client.ts";
import {
  answerServerRequest,
  cancelledNotification,
  INITIALIZED,
  initializeRequest,
  type LegacySession,
  progressedRequest,
  readGreeting,
  relayNotification,
  sessionRequest,
  underCallersId,
} from "./legacy_session.ts";
import { tooLarge } from "./read_answer.ts";
import {
  MAX_ANSWER_CHARS,
  type ServerGreeting,
  type Target,
  type UpstreamCall,
} from "./upstream.ts";

const POST_TIMEOUT_MS = 30_000;

/** How much progress of one call may wait for a slow client; more is left out. */
const MAX_RELAYING = 64;

interface Waiting {
  call: UpstreamCall | null;
  answer: PromiseWithResolvers<RpcResponse>;
  /** How many notifications its client has not taken yet. */
  relaying: number;
}

/** A session over HTTP+SSE (2024-11-05, Transports): one stream, and POSTs beside it. */
export class SseSession implements LegacySession {
  readonly #http: HttpClient;
  readonly #target: Target;
  readonly #events: AsyncGenerator<SseEvent>;
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #waiting = new Map<string | number, Waiting>();
  readonly #endpoint: URL;
  #greeting: ServerGreeting | null = null;
  #lastId = 0;
  #failure: GatewayError | null = null;

  /** Wraps an opened stream that has named its endpoint; see {@linkcode SseSession.open}. */
  constructor(
    http: HttpClient,
    target: Target,
    body: ReadableStreamDefaultReader<Uint8Array>,
    events: AsyncGenerator<SseEvent>,
    endpoint: URL,
  ) {
    this.#http = http;
    this.#target = target;
    this.#body = body;
    this.#events = events;
    this.#endpoint = endpoint;
  }

  /** Opens the stream and a session; `null` when the server does not offer one. */
  static async open(
    http: HttpClient,
    target: Target,
    client: ClientProfile,
    signal: AbortSignal,
  ): Promise<SseSession | null> {
    // The stream outlives the opening, so it must not end with the opening's signal.
    const opening = new AbortController();
    const onAbort = () => opening.abort(signal.reason);
    signal.addEventListener("abort", onAbort);

    try {
      const session = await openStream(http, target, opening);
      return session === null ? null : await session.#greet(client, signal);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  get greeting(): ServerGreeting {
    if (this.#greeting === null) throw new GatewayError("internal", "The session was not greeted");
    return this.#greeting;
  }

  get ended(): boolean {
    return this.#failure !== null;
  }

  async #greet(client: ClientProfile, signal: AbortSignal): Promise<SseSession> {
    void this.#pump();

    try {
      const response = await this.#ask(null, initializeRequest(client.info), signal);
      this.#greeting = readGreeting(this.#target.slug, "sse", response);
      if (this.#greeting === null) {
        throw upstreamFailure(this.#target.slug, "protocol", "refused to begin a session");
      }
      await this.#post(INITIALIZED, signal);
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async request(call: UpstreamCall): Promise<RpcResponse | null> {
    if (this.ended) return null;
    const id = ++this.#lastId;
    const onAbort = () => void this.#postAside(cancelledNotification(id, call.signal.reason));
    call.signal.addEventListener("abort", onAbort);

    try {
      const response = await this.#ask(call, sessionRequest(call, id), call.signal);
      return response === null ? null : underCallersId(response, call);
    } finally {
      call.signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(id);
    }
  }

  async #ask(
    call: UpstreamCall | null,
    request: RpcRequest,
    signal: AbortSignal,
  ): Promise<RpcResponse | null> {
    const answer = Promise.withResolvers<RpcResponse>();
    answer.promise.catch(() => {});
    this.#waiting.set(request.id, { call, answer, relaying: 0 });
    const onAbort = () => answer.reject(signal.reason);
    signal.addEventListener("abort", onAbort);

    try {
      const status = await this.#post(request, signal);
      if (status === 404 || status === 400) return this.#sessionGone();
      if (status >= 400) throw refusedPost(this.#target, status);
      return await answer.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(request.id);
    }
  }

  #sessionGone(): null {
    this.#fail(upstreamFailure(this.#target.slug, "protocol", "no longer knows the session"));
    return null;
  }

  async close(): Promise<void> {
    this.#fail(upstreamFailure(this.#target.slug, "connect", "was disconnected"));
    await Promise.resolve();
  }

  async #pump(): Promise<void> {
    try {
      for await (const { data } of this.#events) this.#take(parseMessage(data));
      this.#fail(upstreamFailure(this.#target.slug, "connect", "closed its event stream"));
    } catch (error) {
      this.#fail(streamFailure(this.#target, error));
    }
  }

  /** Waits for nobody: other calls' answers come behind this message. */
  #take(parsed: Message | null): void {
    if (parsed?.kind === "response" && parsed.message.id !== undefined) {
      this.#waiting.get(parsed.message.id)?.answer.resolve(parsed.message);
    }
    if (parsed?.kind === "notification") void this.#relay(parsed.message);
    if (parsed?.kind === "request") void this.#postAside(answerServerRequest(parsed.message));
  }

  async #relay(notification: RpcNotification): Promise<void> {
    const id = progressedRequest(notification);
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (id === null || !waiting?.call || waiting.relaying >= MAX_RELAYING) return;

    waiting.relaying++;
    try {
      await relayNotification(waiting.call, id, notification);
    } catch {
      // Progress that cannot be told is no failure of the call.
    } finally {
      waiting.relaying--;
    }
  }

  #fail(failure: GatewayError): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    for (const { answer } of this.#waiting.values()) answer.reject(failure);
    void this.#body.cancel().catch(() => {});
  }

  async #postAside(message: RpcNotification | RpcResponse): Promise<void> {
    try {
      await this.#post(message, AbortSignal.timeout(POST_TIMEOUT_MS));
    } catch {
      // The call itself will show what is wrong with the server.
    }
  }

  /** Posts one message and gives the status; the answer comes on the stream. */
  async #post(
    message: RpcRequest | RpcNotification | RpcResponse,
    signal: AbortSignal,
  ): Promise<number> {
    const version = this.#greeting?.protocolVersion;
    const response = await this.#http.send(this.#target, {
      method: "POST",
      url: this.#endpoint,
      headers: [
        ["content-type", "application/json"],
        ["accept", "application/json, text/event-stream"],
        ...(version === undefined ? [] : [["mcp-protocol-version", version] as const]),
      ],
      body: JSON.stringify(message),
      signal,
    });
    await discard(response);
    if (response.status >= 500) throw refusedPost(this.#target, response.status);
    return response.status;
  }
}

function refusedPost(target: Target, status: number): GatewayError {
  return upstreamFailure(target.slug, "http", `answered HTTP ${status}`);
}

function streamFailure(target: Target, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return error instanceof SseTooLarge ? tooLarge(target.slug) : networkFailure(target.slug, error);
}

async function openStream(
  http: HttpClient,
  target: Target,
  opening: AbortController,
): Promise<SseSession | null> {
  const response = await http.send(target, {
    method: "GET",
    headers: [["accept", "text/event-stream"]],
    signal: opening.signal,
  });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !type.startsWith("text/event-stream") || response.body === null) {
    await discard(response);
    if (response.status >= 500) throw refusedPost(target, response.status);
    return null;
  }

  const body = response.body.getReader();
  const letGo = () => void body.cancel().catch(() => {});
  opening.signal.addEventListener("abort", letGo);
  const events = readSse(body, MAX_ANSWER_CHARS);

  try {
    const first = await events.next();
    if (!first.done && first.value.event === "endpoint") {
      return new SseSession(http, target, body, events, endpointOf(target, first.value.data));
    }
    letGo();
    return null;
  } catch (error) {
    letGo();
    throw streamFailure(target, error);
  }
}

/** The address to POST to; another origin is refused, since secrets would go there. */
function endpointOf(target: Target, data: string): URL {
  const url = URL.canParse(data, target.url) ? new URL(data, target.url) : null;
  if (url?.origin === target.url.origin) return url;
  throw upstreamFailure(
    target.slug,
    "protocol",
    "names an endpoint on another origin, which is not called",
  );
}
