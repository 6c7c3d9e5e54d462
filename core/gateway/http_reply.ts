import { afterAbout } from "../coarse_timer.ts";
import type { Era } from "../calls/call.ts";
import type { RpcNotification, RpcRequest } from "../mcp/message.ts";
import { messageEvent } from "../mcp/sse.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import type { Accepts } from "./http_guard.ts";
import type { Served } from "./incoming.ts";
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
  /** Holds the stream, if there will be one, until it is disposed of. */
  hold(stream: EventStream, onEnd: () => void): Disposable;
  /** The client left while its answer was on its way. */
  onGone(reason: string): void;
  /** Its token stopped being good meanwhile. */
  onShutOut(reason: string): void;
}

/**
 * The reply to one POST: plain JSON, or a stream when there is something to say first.
 *
 * It becomes a stream with the first notification or after a time of silence, and
 * only for a client that reads streams.
 */
export class HttpReply implements ReplySink {
  readonly #options: HttpReplyOptions;
  readonly #response = Promise.withResolvers<Response>();
  #stream: EventStream | null = null;
  #held: Disposable | null = null;
  #silence: Disposable | null = null;
  #isOver = false;

  constructor(options: HttpReplyOptions) {
    this.#options = options;
    if (!options.accepts.stream) return;
    this.#silence = afterAbout(SILENCE_MS[options.era], () => this.#startQuietly());
  }

  /** Resolves as soon as the head of the reply is known. */
  get response(): Promise<Response> {
    return this.#response.promise;
  }

  /**
   * Says something before the answer. Never throws: it is dropped, which `false` tells,
   * where the client reads no stream, where none can be opened, and after the answer.
   */
  async say(message: RpcNotification | RpcRequest): Promise<boolean> {
    if (!this.#options.accepts.stream || this.#isOver) return false;
    this.#startQuietly();
    await this.#stream?.write(messageEvent(JSON.stringify(message)));
    return this.#stream?.isOpen ?? false;
  }

  /** Gives the answer and ends the reply. */
  async finish({ json, status }: Served): Promise<void> {
    this.#conclude();
    if (this.#stream === null && this.#options.accepts.json) {
      this.#response.resolve(this.#json(json, status));
      return;
    }

    this.#stream ??= this.#start();
    await this.#stream.write(messageEvent(json));
    this.#end();
  }

  /** Ends the reply without an answer: the client took its request back. */
  drop(): void {
    this.#conclude();
    this.#response.resolve(new Response(null, { status: 202, headers: this.#options.headers }));
    this.#end();
  }

  /** Replies with an error where no answer could be given; a stream just ends. */
  fail(response: Response): void {
    this.#conclude();
    this.#response.resolve(response);
    this.#end();
  }

  #json(json: string, status: number): Response {
    const headers = { "content-type": "application/json", ...this.#options.headers };
    return new Response(json, { status, headers });
  }

  #startQuietly(): void {
    try {
      this.#stream ??= this.#start();
    } catch {
      // Too many streams are open; a client that reads JSON waits for that instead.
    }
  }

  #start(): EventStream {
    this.#stopWaiting();
    const { hold, onGone, onShutOut, headers } = this.#options;
    const stream = new EventStream(() => {
      this.#release();
      onGone("The client closed the stream");
    });
    this.#held = hold(stream, () => onShutOut("The token may no longer be used"));
    this.#response.resolve(
      new Response(stream.body, { headers: { ...STREAM_HEADERS, ...headers } }),
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

  #conclude(): void {
    this.#isOver = true;
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = null;
  }
}
