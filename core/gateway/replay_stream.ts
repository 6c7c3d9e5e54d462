import { afterAbout } from "../coarse_timer.ts";
import { identifiedEvent, primingEvent } from "../mcp/sse.ts";
import { EventStream } from "./event_stream.ts";
import type { MessageStream } from "./message_stream.ts";

/** A connection that a stream is written to, here or at another process. */
export interface Connection {
  write(text: string): Promise<void>;
  end(): void;
}

/** How a stream was resumed. */
export type Resumption =
  /** The connection gets what followed, and what is still to come. */
  | "resumed"
  /** The client has all there is. */
  | "over"
  /** What followed is no longer here. */
  | "lost";

/** How much of a stream is kept for a client that lost its connection. */
const MAX_EVENTS = 256;
const MAX_CHARS = 1024 * 1024;

/** How long a stream waits for a client that has left, and after its last message. */
const KEPT_MS = 60_000;

/** When a client that lost its connection should be back. */
const RETRY_MS = 1_000;

interface Kept {
  seq: number;
  text: string;
}

/** What a stream is made of. */
export interface ReplayStreamOptions {
  /** Names it among all streams of all processes; its events' ids begin with it. */
  id: string;
  /** Whether the client can read an event without data (2025-11-25, Transports). */
  isPrimed: boolean;
  /** Whether it ends by itself, with an answer that may take as long as it wants. */
  endsWithAnswer: boolean;
  /** Hears of every change of how much is kept, in characters. */
  onKept(chars: number): void;
  /** Called once, when it can be resumed no more. */
  onClosed(): void;
}

/**
 * A stream of messages that outlives its connection.
 *
 * Every event has an id. A client that comes back with the last one it saw gets what
 * followed, as long as that is kept: at most 256 events and 1 MiB, for 60 seconds after
 * the client left or the stream ended.
 */
export class ReplayStream implements MessageStream {
  readonly id: string;
  readonly #options: ReplayStreamOptions;
  #kept: Kept[] = [];
  #chars = 0;
  /** The number of the last event; the priming event has 0. */
  #seq = 0;
  #connection: Connection | null = null;
  #waiting: Disposable | null = null;
  #hasEnded = false;
  #isClosed = false;

  constructor(options: ReplayStreamOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** Whether a client reads it right now. */
  get isAttached(): boolean {
    return this.#connection !== null;
  }

  /** Another process's connection gets messages whole. */
  get connection(): EventStream | null {
    return this.#connection instanceof EventStream ? this.#connection : null;
  }

  /** How much is kept, in characters. */
  get chars(): number {
    return this.#chars;
  }

  /** Begins on its first connection. */
  async begin(connection: Connection): Promise<void> {
    this.#connection = connection;
    const { id, isPrimed } = this.#options;
    if (isPrimed) await connection.write(primingEvent(`${id}.0`, RETRY_MS));
  }

  /** Goes on upon another connection, after the event of this number. */
  resume(connection: Connection, after: number): Resumption {
    const missed = this.#kept.filter(({ seq }) => seq > after);
    // Of what was said before an answer something may be missing, but not the answer.
    const lacksAnswer = this.#hasEnded && after < this.#seq && missed.at(-1)?.seq !== this.#seq;
    if (this.#isClosed || lacksAnswer) return "lost";
    if (this.#hasEnded && missed.length === 0) return "over";

    this.#connection?.end();
    this.#stopWaiting();
    this.#connection = this.#hasEnded ? null : connection;
    // One write, so that nothing that is sent meanwhile comes in between.
    void connection.write(missed.map(({ text }) => text).join(""));
    if (this.#hasEnded) {
      connection.end();
      this.#waitForClient();
    }
    return "resumed";
  }

  async send(json: string): Promise<void> {
    if (this.#hasEnded) return;
    const seq = ++this.#seq;
    const text = identifiedEvent(`${this.id}.${seq}`, json);
    this.#keep({ seq, text });
    await this.#connection?.write(text);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#connection?.end();
    this.#connection = null;
    this.#waitForClient();
  }

  drop(): void {
    this.#hasEnded = true;
    this.#connection?.end();
    this.#close();
  }

  left(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    if (!this.#options.endsWithAnswer) this.#waitForClient();
  }

  /** Keeps nothing of what was sent so far: there is no room. */
  forgetKept(): void {
    this.#kept = [];
    this.#count(-this.#chars);
  }

  #keep(event: Kept): void {
    if (event.text.length > MAX_CHARS) return this.forgetKept();
    this.#kept.push(event);
    this.#count(event.text.length);
    while (this.#kept.length > MAX_EVENTS || this.#chars > MAX_CHARS) {
      this.#count(-(this.#kept.shift()?.text.length ?? 0));
    }
  }

  #count(chars: number): void {
    this.#chars += chars;
    this.#options.onKept(chars);
  }

  #waitForClient(): void {
    this.#stopWaiting();
    this.#waiting = afterAbout(KEPT_MS, () => this.#close());
  }

  #stopWaiting(): void {
    this.#waiting?.[Symbol.dispose]();
    this.#waiting = null;
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#stopWaiting();
    this.#connection = null;
    this.forgetKept();
    this.#isClosed = true;
    this.#options.onClosed();
  }
}
