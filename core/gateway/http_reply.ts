import { afterAbout } from "../coarse_timer.ts";
import type { Era } from "../calls/call.ts";
import type { RpcNotification, RpcRequest } from "../mcp/message.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import type { Accepts } from "./http_guard.ts";
import { TakenBack } from "./in_flight.ts";
import type { Served } from "./incoming.ts";
import { LongMessage } from "./long_message.ts";
import { type MessageStream, PlainStream } from "./message_stream.ts";
import type { ReplySink } from "./reply_lines.ts";
import { retryAfter } from "./rpc_reply.ts";

/**
 * A client that waits longer than this for a first byte gets a stream: a legacy one so
 * that it is kept alive, a modern one so that its leaving is seen, which is how it
 * takes a request back.
 */
const SILENCE_MS = { legacy: 15_000, modern: 200 };

/** What a reply needs from its surroundings. */
export interface HttpReplyOptions {
  accepts: Accepts;
  era: Era;
  headers: Record<string, string>;
  /** How many answers there will be, where a batch was posted. */
  batchSize?: number;
  /** Makes a stream that may outlive its connection; not given = it does not. */
  outlive?(connection: EventStream, onLost: () => void): MessageStream;
  /** Holds the connection, if there will be one, until it is disposed of. */
  hold(connection: EventStream, onEnd: (why: "shut out" | "closing") => void): Disposable;
  /** What those of its requests are told that have no answer yet when its token has ended. */
  lastWords(): string[];
  /** The client left while its answer was on its way. */
  onGone(reason: string): void;
  /** Its token stopped being good meanwhile. */
  onShutOut(reason: string): void;
}

/**
 * The reply to one POST: plain JSON, or a stream when there is something to say first.
 *
 * It becomes a stream with the first notification or question, with the first answer of
 * a batch, or after a time of silence, and only for a client that reads streams.
 */
export class HttpReply implements ReplySink {
  readonly #options: HttpReplyOptions;
  readonly #response = Promise.withResolvers<Response>();
  readonly #lost = new AbortController();
  /** The answers of a batch whose client reads no stream. */
  readonly #answers: string[] = [];
  #missing: number;
  #stream: MessageStream | null = null;
  /** Whether the stream is one of events, and no body that comes in pieces. */
  #hasEvents = false;
  /** The answer, while it is given in pieces. */
  #long: LongMessage | null = null;
  #held: Disposable | null = null;
  #silence: Disposable | null = null;
  #isOver = false;

  constructor(options: HttpReplyOptions) {
    this.#options = options;
    this.#missing = options.batchSize ?? 1;
  }

  /** From here on the client waits for its answer, and may get a stream meanwhile. */
  startWaiting(): void {
    const { accepts, era } = this.#options;
    if (!accepts.stream || this.#isOver || this.#stream !== null) return;
    this.#silence ??= afterAbout(SILENCE_MS[era], () => this.#startQuietly());
  }

  /** Resolves as soon as the head of the reply is known. */
  get response(): Promise<Response> {
    return this.#response.promise;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Becomes a stream at once: what is to be said has no end. Throws `too_many`. */
  begin(): void {
    this.#stream ??= this.#start();
  }

  /**
   * Says something before the answer. Never throws: it is dropped, which `false` tells,
   * where the client reads no stream, where none can be opened, and after the answer.
   */
  async say(message: RpcNotification | RpcRequest): Promise<boolean> {
    const isBody = this.#long?.isEvent === false;
    if (!this.#options.accepts.stream || this.#isOver || isBody) return false;
    this.#startQuietly();
    await this.#stream?.send(JSON.stringify(message));
    return this.#stream !== null && !this.lost.aborted;
  }

  /** Pieces of one answer, not of several; and only to a connection of this process. */
  get takesLong(): boolean {
    if (this.#isOver || this.#options.batchSize !== undefined) return false;
    return this.#stream === null || this.#stream.connection !== null;
  }

  /** Gives a piece of the answer: of the body, or of its event. */
  async pass(bytes: Uint8Array): Promise<void> {
    this.#long ??= await this.#beginLong();
    await this.#long.write(bytes);
  }

  /** Gives an answer, or its end, and ends the reply with the last one. */
  async finish({ json, status, rest, retryAfterSeconds }: Omit<Served, "end">): Promise<void> {
    const { accepts, batchSize } = this.#options;
    this.#countDown();
    if (this.#long !== null || rest !== undefined) return await this.#finishLong(json, rest);
    const isPlain = this.#stream === null && accepts.json;
    if (isPlain && batchSize === undefined) return this.#resolve(json, status, retryAfterSeconds);
    if (isPlain && !accepts.stream) {
      this.#answers.push(json);
      return this.#resolveBatch();
    }

    this.#stream ??= this.#start();
    await this.#stream.send(json);
    if (this.#isOver) this.#end();
  }

  /** Leaves an answer out: the client took its request back. */
  drop(): void {
    this.#countDown();
    if (!this.#isOver) return;
    if (this.#answers.length > 0) return this.#resolveBatch();
    this.#response.resolve(new Response(null, { status: 202, headers: this.#options.headers }));
    this.#release();
    if (this.#options.batchSize === undefined) return this.#stream?.drop();
    this.#stream?.end();
  }

  /**
   * Ends the reply since its token ended: a stream says so to each request without an answer, if
   * its reader keeps up, for which an end does not wait.
   */
  shutOut(response: Response): void {
    if (!this.#isOver) this.#sayLastWords();
    this.fail(response);
  }

  /** Replies with an error where no answer could be given; a stream just ends. */
  fail(response: Response): void {
    this.#missing = 0;
    this.#conclude();
    this.#response.resolve(response);
    this.#end();
  }

  #resolve(json: string, status = 200, retryAfterSeconds: number | null = null): void {
    const headers = {
      "content-type": "application/json",
      ...this.#options.headers,
      ...retryAfter(retryAfterSeconds),
    };
    this.#response.resolve(new Response(json, { status, headers }));
  }

  #resolveBatch(): void {
    if (this.#isOver) this.#resolve(`[${this.#answers.join(",")}]`);
  }

  #startQuietly(): void {
    try {
      this.#stream ??= this.#start();
    } catch {
      // Too many streams are open; a client that reads JSON waits for that instead.
    }
  }

  async #beginLong(): Promise<LongMessage> {
    const isBody = this.#stream === null && this.#options.accepts.json;
    this.#stream ??= isBody ? this.#startBody() : this.#start();
    const { connection } = this.#stream;
    if (connection === null) throw new TakenBack("The client left before its answer");
    return await LongMessage.begin(connection, !isBody);
  }

  async #finishLong(json: string, rest: Served["rest"]): Promise<void> {
    const long = this.#long ??= await this.#beginLong();
    if (rest === undefined) {
      // What was given is no answer: the body is cut, or an error follows the event.
      await long.breakOff();
      if (long.isEvent) await this.#stream?.send(json);
      return this.#end();
    }

    await long.end(rest);
    this.#release();
    // It cannot be given again, so it is not kept.
    this.#stream?.drop();
  }

  #startBody(): MessageStream {
    return this.#start(
      { "content-type": "application/json" },
      (connection, onLost) => new PlainStream(connection, onLost),
    );
  }

  #start(
    type: Record<string, string> = STREAM_HEADERS,
    outlive = this.#options.outlive,
  ): MessageStream {
    this.#stopWaiting();
    const { hold, onGone, onShutOut, headers } = this.#options;
    const connection = new EventStream(() => {
      this.#release();
      stream.left(connection);
      onGone("The client closed the stream");
    });
    const onLost = () => this.#lost.abort();
    this.#held = hold(connection, (why) => {
      if (why === "shut out") this.#sayLastWords();
      stream.drop();
      onShutOut("The token may no longer be used");
    });
    const stream = outlive?.(connection, onLost) ?? new PlainStream(connection, onLost);
    this.#hasEvents = type === STREAM_HEADERS;
    this.#response.resolve(
      new Response(connection.body, { headers: { ...type, ...headers } }),
    );
    return stream;
  }

  /** In the middle of a long message nothing can be said: it is cut. */
  #sayLastWords(): void {
    if (!this.#hasEvents || this.#long !== null) return;
    for (const json of this.#options.lastWords()) void this.#stream?.send(json);
  }

  #end(): void {
    this.#release();
    this.#stream?.end();
  }

  #release(): void {
    this.#held?.[Symbol.dispose]();
    this.#held = null;
  }

  #countDown(): void {
    this.#missing--;
    if (this.#missing <= 0) this.#conclude();
  }

  #conclude(): void {
    this.#isOver = true;
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = null;
  }
}
