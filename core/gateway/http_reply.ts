import { afterAbout } from "../coarse_timer.ts";
import type { Era } from "../calls/call.ts";
import type { RpcNotification, RpcRequest } from "../mcp/message.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import type { Accepts } from "./http_guard.ts";
import type { Served } from "./incoming.ts";
import { type MessageStream, PlainStream } from "./message_stream.ts";
import type { ReplySink } from "./reply_lines.ts";

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
  hold(connection: EventStream, onEnd: () => void): Disposable;
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
  #held: Disposable | null = null;
  #silence: Disposable | null = null;
  #isOver = false;

  constructor(options: HttpReplyOptions) {
    this.#options = options;
    this.#missing = options.batchSize ?? 1;
    if (!options.accepts.stream) return;
    this.#silence = afterAbout(SILENCE_MS[options.era], () => this.#startQuietly());
  }

  /** Resolves as soon as the head of the reply is known. */
  get response(): Promise<Response> {
    return this.#response.promise;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Says something before the answer. Never throws: it is dropped, which `false` tells,
   * where the client reads no stream, where none can be opened, and after the answer.
   */
  async say(message: RpcNotification | RpcRequest): Promise<boolean> {
    if (!this.#options.accepts.stream || this.#isOver) return false;
    this.#startQuietly();
    await this.#stream?.send(JSON.stringify(message));
    return this.#stream !== null && !this.lost.aborted;
  }

  /** Gives an answer, and ends the reply with the last one. */
  async finish({ json, status }: Served): Promise<void> {
    const { accepts, batchSize } = this.#options;
    this.#countDown();
    const isPlain = this.#stream === null && accepts.json;
    if (isPlain && batchSize === undefined) return this.#resolve(json, status);
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

  /** Replies with an error where no answer could be given; a stream just ends. */
  fail(response: Response): void {
    this.#missing = 0;
    this.#conclude();
    this.#response.resolve(response);
    this.#end();
  }

  #resolve(json: string, status = 200): void {
    const headers = { "content-type": "application/json", ...this.#options.headers };
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

  #start(): MessageStream {
    this.#stopWaiting();
    const { hold, onGone, onShutOut, headers, outlive } = this.#options;
    const connection = new EventStream(() => {
      this.#release();
      stream.left(connection);
      onGone("The client closed the stream");
    });
    const onLost = () => this.#lost.abort();
    this.#held = hold(connection, () => {
      stream.drop();
      onShutOut("The token may no longer be used");
    });
    const stream = outlive?.(connection, onLost) ?? new PlainStream(connection, onLost);
    this.#response.resolve(
      new Response(connection.body, { headers: { ...STREAM_HEADERS, ...headers } }),
    );
    return stream;
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
