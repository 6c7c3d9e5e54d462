import type { GatewayError } from "../errors.ts";
import { type Message, RPC } from "../mcp/message.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { NO_SESSION } from "../sessions/session.ts";
import { subjectOf } from "./exchange_subject.ts";
import { httpFailure } from "./failures.ts";
import type { HttpClient } from "./http_client.ts";
import { answerPassage } from "./large_answer.ts";
import type { LegacyTransport, Listening, Outside, SessionOpening } from "./legacy_transport.ts";
import { pause } from "../pause.ts";
import { retryDelayMs } from "./retry_delay.ts";
import { readAnswer } from "./read_answer.ts";
import { ServerStream } from "./server_stream.ts";
import { SessionCalls } from "./session_calls.ts";
import {
  cancelledNotification,
  INITIALIZED,
  initializeRequest,
  readGreeting,
  sessionRequest,
  underCallersId,
  versionInstead,
} from "./session_messages.ts";
import { StreamableLink } from "./streamable_link.ts";
import type { ServerGreeting, Target, UpstreamCall } from "./upstream.ts";
import type { UpstreamResponse } from "./upstream_response.ts";

const PROBE_TIMEOUT_MS = 5_000;
/** Whose answer is not read: that the session is known is what counts. */
const PROBE: RpcRequest = { jsonrpc: "2.0", id: "aerostack-probe", method: "ping" };

/** A session over Streamable HTTP (2025-03-26 to 2025-11-25, Transports). */
export class StreamableSession implements LegacyTransport {
  readonly greeting: ServerGreeting;
  readonly whenEnded: Promise<void>;
  readonly #link: StreamableLink;
  readonly #calls: SessionCalls;
  readonly #stream: ServerStream;
  readonly #ending = Promise.withResolvers<void>();
  /** Whether its callers have no session, so that they can be reached in calls alone. */
  readonly #isShared: boolean;
  #ended = false;
  /** Whether the server has answered in this session: a new one is not gone already. */
  #isProven = false;

  private constructor(
    slug: string,
    greeting: ServerGreeting,
    link: StreamableLink,
    calls: SessionCalls,
    isShared: boolean,
  ) {
    this.#isShared = isShared;
    this.greeting = greeting;
    this.whenEnded = this.#ending.promise;
    this.#link = link;
    this.#calls = calls;
    this.#stream = new ServerStream({
      slug,
      get: (lastEventId, signal) =>
        link.get(lastEventId, signal, { subject: () => calls.oldestSubject }),
      onMessage: (message) => this.#overhear(message),
      endIfGone: () => this.#endIfGone(),
    });
  }

  /** Opens a session; `null` when the server does not speak this transport. */
  static async open(
    http: HttpClient,
    opening: SessionOpening,
    outside: Outside,
    signal: AbortSignal,
  ): Promise<StreamableSession | null> {
    const { slug } = opening.target;
    const link = new StreamableLink(http, opening);
    const calls = new SessionCalls(outside, (answer) => link.postAside(answer));

    const greeting = await greet(link, calls, opening, signal).catch((error) => {
      // A server may have begun a session that nobody here will use.
      void link.end().catch(() => {});
      throw error;
    });
    if (greeting === null) return null;
    const isShared = opening.owner.sessionKey === NO_SESSION;
    return new StreamableSession(slug, greeting, link, calls, isShared);
  }

  get ended(): boolean {
    return this.#ended;
  }

  async request(call: UpstreamCall): Promise<RpcResponse | null> {
    if (this.#ended) return null;
    const id = this.#calls.begin(call);
    const { signal } = call;
    const onAbort = () => void this.#link.postAside(cancelledNotification(id, signal.reason));
    signal.addEventListener("abort", onAbort);

    let answer: RpcResponse | null = null;
    try {
      answer = await this.#exchange(call, id);
      return answer;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#calls.end(id, answer);
    }
  }

  async notify(notification: RpcNotification): Promise<void> {
    await this.#link.postAside(notification);
  }

  listen(): Promise<Listening | null> {
    return this.#stream.listen();
  }

  stopListening(): void {
    this.#stream.close();
  }

  async close(): Promise<void> {
    this.#end();
    await this.#link.end();
  }

  async #exchange(call: UpstreamCall, id: number): Promise<RpcResponse | null> {
    const { target, signal, heard } = call;
    const response = await this.#link.post(sessionRequest(call, id), { target, signal, heard });
    // Gone: 404 by the specification; some answer 400 to an id that they do not know.
    if (this.#link.sessionId !== null && response.status === 404) {
      await response.discard();
      return this.#end();
    }

    const answer = await readAnswer(response, {
      slug: target.slug,
      id,
      signal,
      onNotification: (notification) => this.#calls.heard(id, notification),
      onRequest: (request) => this.#calls.asked(request, id),
      resume: (lastEventId, retryMs) => this.#resume(call, lastEventId, retryMs),
      passage: answerPassage(call, id, "streamable"),
    });
    const isRefused = answer === null || isRefusal(answer, response.status);
    if (isRefused && this.#isProven) return this.#end();

    // A second refusal will be taken as the session's end.
    this.#isProven = true;
    if (answer === null) throw refused(target, response.status);
    return underCallersId(answer, call);
  }

  /** Goes on with the stream of a call where it broke (2025-11-25, Resumability). */
  async #resume(
    call: UpstreamCall,
    lastEventId: string,
    retryMs: number | null,
  ): Promise<UpstreamResponse | null> {
    const { target, signal, heard } = call;
    await pause(retryDelayMs(retryMs), signal);
    signal.throwIfAborted();
    const subject = () => subjectOf(call);
    const response = await this.#link.get(lastEventId, signal, { target, heard, subject });
    if (response.isEventStream) return response;

    await response.discard();
    if (response.status === 404 && this.#link.sessionId !== null) this.#end();
    return null;
  }

  /** A server without such a stream may answer 404 too, so it is asked. */
  async #endIfGone(): Promise<boolean> {
    if (this.#ended) return true;
    if (this.#link.sessionId === null) return false;
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await this.#link.post(PROBE, { signal });
    await response.discard();
    if (response.status !== 404 && response.status !== 400) return false;
    this.#end();
    return true;
  }

  /** Many servers say on this stream what they say in the course of a call. */
  #overhear({ kind, message }: Message): void {
    const askedIn = this.#isShared ? this.#calls.oldestAsking : null;
    if (kind === "notification") this.#calls.overheard(message, this.#isShared);
    if (kind === "request") this.#calls.asked(message, askedIn);
  }

  #end(): null {
    this.#ended = true;
    this.#stream.close();
    this.#calls.close();
    this.#ending.resolve();
    return null;
  }
}

/** The whole handshake; `null` when the server does not speak this transport. */
async function greet(
  link: StreamableLink,
  calls: SessionCalls,
  opening: SessionOpening,
  signal: AbortSignal,
): Promise<ServerGreeting | null> {
  let answer = await initialize(link, calls, opening, signal);
  const version = versionInstead(answer, opening.version);
  if (version !== null) answer = await initialize(link, calls, { ...opening, version }, signal);

  const greeting = readGreeting(opening.target.slug, "streamable", answer);
  if (greeting === null) return null;
  link.version = greeting.protocolVersion;
  await (await link.post(INITIALIZED, { signal })).discard();
  return greeting;
}

async function initialize(
  link: StreamableLink,
  calls: SessionCalls,
  opening: SessionOpening,
  signal: AbortSignal,
): Promise<RpcResponse | null> {
  const request = initializeRequest(opening);
  const response = await link.post(request, { signal });
  // What the server asks in its answer must be answered in the session that it opens.
  link.sessionId = response.sessionId;
  return await readAnswer(response, {
    slug: opening.target.slug,
    id: request.id,
    signal,
    onNotification: (notification) => calls.overheard(notification, false),
    onRequest: (question) => calls.asked(question, null),
  });
}

function refused(target: Target, status: number): GatewayError {
  return httpFailure(target.slug, status);
}

/** Nothing that a call in a session is answered with: the server restarted, or changed. */
function isRefusal({ id, error }: RpcResponse, status: number): boolean {
  if (status !== 400) return false;
  return id === undefined || id === null || error?.code === RPC.unsupportedVersion;
}
