import { GatewayError } from "../errors.ts";
import { idIn } from "../mcp/answer_peek.ts";
import type { Message, RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { messagesOf, streamFailure } from "./answer_stream.ts";
import { httpFailure, upstreamFailure } from "./failures.ts";
import type { HttpClient } from "./http_client.ts";
import { type AnswerPassage, answerPassage } from "./large_answer.ts";
import type { LegacyTransport, Listening, Outside, SessionOpening } from "./legacy_transport.ts";
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
import { openSseLink, type SseLink } from "./sse_link.ts";
import type { ServerGreeting, Target, UpstreamCall } from "./upstream.ts";

/** How many requests of a session are remembered that were taken back and not answered. */
const MAX_TAKEN_BACK = 1_000;

/** An answer that is waited for. */
interface Expected extends PromiseWithResolvers<RpcResponse> {
  passage: AnswerPassage | undefined;
}

/** A session over HTTP+SSE (2024-11-05, Transports): one stream, and POSTs beside it. */
export class SseSession implements LegacyTransport {
  readonly whenEnded: Promise<void>;
  readonly #link: SseLink;
  readonly #opening: SessionOpening;
  readonly #calls: SessionCalls;
  readonly #answers = new Map<string | number, Expected>();
  /** What was asked and taken back, so that it may still be answered. */
  readonly #takenBack = new Set<string | number>();
  readonly #ending = Promise.withResolvers<void>();
  #greeting: ServerGreeting | null = null;
  #failure: GatewayError | null = null;

  private constructor(link: SseLink, opening: SessionOpening, outside: Outside) {
    this.whenEnded = this.#ending.promise;
    this.#link = link;
    this.#opening = opening;
    this.#calls = new SessionCalls(outside, (answer) => link.postAside(answer));
    link.subject = () => this.#calls.oldestSubject;
    link.wantsLong = (beginning) => this.#passageOf(beginning)?.isWanted(beginning) ?? false;
  }

  /** Opens the stream and a session; `null` when the server does not offer one. */
  static async open(
    http: HttpClient,
    opening: SessionOpening,
    outside: Outside,
    signal: AbortSignal,
  ): Promise<SseSession | null> {
    const link = await openSseLink(http, opening.target, signal);
    if (link === null) return null;
    return await new SseSession(link, opening, outside).#greet(signal);
  }

  get greeting(): ServerGreeting {
    if (this.#greeting === null) throw new GatewayError("internal", "The session was not greeted");
    return this.#greeting;
  }

  get ended(): boolean {
    return this.#failure !== null;
  }

  async request(call: UpstreamCall): Promise<RpcResponse | null> {
    if (this.ended) return null;
    const id = this.#calls.begin(call);
    const { signal } = call;
    const onAbort = () => void this.#link.postAside(cancelledNotification(id, signal.reason));
    signal.addEventListener("abort", onAbort);

    let answer: RpcResponse | null = null;
    try {
      const passage = answerPassage(call, id, "sse");
      answer = await this.#ask(sessionRequest(call, id), call, passage);
      return answer === null ? null : underCallersId(answer, call);
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#calls.end(id, answer);
    }
  }

  async notify(notification: RpcNotification): Promise<void> {
    await this.#link.postAside(notification);
  }

  listen(): Promise<Listening | null> {
    const stopped = this.whenEnded.then(() => {
      if (this.#failure !== null) throw this.#failure;
    });
    stopped.catch(() => {});
    return Promise.resolve({ stopped });
  }

  stopListening(): void {
    // The one stream that there is carries the answers too.
  }

  async close(): Promise<void> {
    this.#end(upstreamFailure(this.#opening.target.slug, "connect", "was disconnected"));
    await Promise.resolve();
  }

  async #greet(signal: AbortSignal): Promise<SseSession> {
    void this.#pump();
    const { target } = this.#opening;

    try {
      const answer = await this.#initialize(signal);
      this.#greeting = readGreeting(target.slug, "sse", answer);
      if (this.#greeting === null) {
        throw upstreamFailure(target.slug, "protocol", "refused to begin a session");
      }
      this.#link.version = this.#greeting.protocolVersion;
      await this.#link.post(INITIALIZED, { target, signal });
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #initialize(signal: AbortSignal): Promise<RpcResponse | null> {
    const { target, version } = this.#opening;
    const answer = await this.#ask(initializeRequest(this.#opening), { target, signal });
    const instead = versionInstead(answer, version);
    if (instead === null) return answer;
    const request = initializeRequest({ ...this.#opening, version: instead });
    return await this.#ask(request, { target, signal });
  }

  /** Posts a request and waits for its answer; `null` when the session is gone. */
  async #ask(
    request: RpcRequest,
    { target, signal, heard }: Pick<UpstreamCall, "target" | "signal" | "heard">,
    passage?: AnswerPassage,
  ): Promise<RpcResponse | null> {
    const answer: Expected = { ...Promise.withResolvers<RpcResponse>(), passage };
    answer.promise.catch(() => {});
    this.#answers.set(request.id, answer);
    const onAbort = () => answer.reject(signal.reason);
    signal.addEventListener("abort", onAbort);

    try {
      const status = await this.#link.post(request, { target, signal, heard });
      if (status === 404 || status === 400) {
        if (await this.#isGone(signal)) return null;
      }
      if (status >= 400) throw refused(target, status);
      return await answer.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#answers.delete(request.id);
      if (signal.aborted) this.#noteTakenBack(request.id);
    }
  }

  /**
   * Whether the server no longer knows the session, though its stream is open: then it
   * refuses whatever one posts. One refusal alone is the matter of its own request.
   */
  async #isGone(signal: AbortSignal): Promise<boolean> {
    if (this.#failure !== null) return true;
    const { target } = this.#opening;
    const status = await this.#link.post(PROBE, { target, signal });
    if (status < 400) return false;
    this.#end(upstreamFailure(target.slug, "protocol", "no longer knows the session"));
    return true;
  }

  #noteTakenBack(id: string | number): void {
    const [oldest] = this.#takenBack;
    if (oldest !== undefined && this.#takenBack.size >= MAX_TAKEN_BACK) {
      this.#takenBack.delete(oldest);
    }
    this.#takenBack.add(id);
  }

  async #pump(): Promise<void> {
    const { slug } = this.#opening.target;
    try {
      for await (const event of this.#link.events) {
        if ("chunks" in event) await this.#passOn(event.chunks);
        else for (const message of messagesOf(event.data)) this.#take(message);
      }
      this.#end(upstreamFailure(slug, "connect", "closed its event stream"));
    } catch (error) {
      this.#end(streamFailure(slug, error));
    }
  }

  /**
   * Whose answer a large one is may be said at its end alone, so it is passed on only where
   * no other can come.
   */
  #passageOf(beginning: Uint8Array): AnswerPassage | undefined {
    const [entry] = this.#answers;
    if (entry === undefined || this.#answers.size > 1) return undefined;
    const [asked, { passage }] = entry;
    const id = idIn(beginning);
    const isItsOwn = id === null ? this.#takenBack.size === 0 : id === JSON.stringify(asked);
    return isItsOwn ? passage : undefined;
  }

  /**
   * Passes an answer on as fast as its reader takes it: the stream waits meanwhile, but no
   * longer than the call does.
   */
  async #passOn(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const [expected] = this.#answers.values();
    if (expected?.passage === undefined) return;
    let isOver = false;
    const ended = expected.promise.then(() => {}, () => {});
    expected.passage.pass(whileNot(() => isOver, chunks)).then(expected.resolve, expected.reject);
    await ended;
    isOver = true;
  }

  /**
   * Waits for nobody: other calls' answers come behind this message. What belongs to no
   * call by itself is taken to belong to the one that has been under way for longest.
   */
  #take({ kind, message }: Message): void {
    if (kind === "notification") this.#calls.overheard(message, true);
    if (kind === "request") this.#calls.asked(message, this.#calls.oldestAsking);
    if (kind === "response" && message.id !== undefined) {
      this.#answers.get(message.id)?.resolve(message);
      this.#takenBack.delete(message.id);
    }
  }

  #end(failure: GatewayError): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    for (const answer of this.#answers.values()) answer.reject(failure);
    this.#calls.close();
    this.#link.close();
    this.#ending.resolve();
  }
}

/** What is not over yet: nothing is read any more on behalf of a call that has ended. */
async function* whileNot(
  isOver: () => boolean,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    if (isOver()) throw new Error("The call is over");
  }
}

/** Whose answer on the stream nobody waits for: that it is let in is what counts. */
const PROBE: RpcRequest = { jsonrpc: "2.0", id: "aerostack-probe", method: "ping" };

function refused(target: Target, status: number): GatewayError {
  return httpFailure(target.slug, status);
}
