import { createParser } from "eventsource-parser";
import { SseFrames } from "./sse_frames.ts";
import { StrictDecoder } from "./strict_text.ts";
import type { ByteReader } from "./byte_reader.ts";

/** One event of a server-sent event stream. */
export interface SseEvent {
  /** `message` unless the stream says otherwise. */
  event: string;
  data: string;
  id: string | undefined;
}

/** How far a stream was read, and how to go on with it (2025-11-25, Resumability). */
export interface SseMark {
  /** The id of the last event that had one; `null` when none had. */
  lastEventId: string | null;
  /** How long to wait before connecting again, as the server said; `null` when it did not. */
  retryMs: number | null;
}

/** A stream that holds more unfinished text than was allowed. */
export class SseTooLarge extends Error {
  override name = "SseTooLarge";
}

/**
 * Reads the events of a byte stream, in order and with backpressure.
 *
 * Comments and events without data (priming events, 2025-11-25 Transports) are
 * passed over, but for what `mark` keeps of them. Throws {@linkcode SseTooLarge} when one
 * event exceeds `maxBytes`. The caller owns the reader and cancels it.
 * `holding` is told how much of an event that is not complete is held; it may throw.
 */
export async function* readSse(
  reader: ByteReader,
  maxBytes: number,
  mark?: SseMark,
  holding: (heldBytes: number) => void = () => {},
): AsyncGenerator<SseEvent> {
  const parser = new SseParser(maxBytes, mark);
  const frames = new SseFrames();

  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      const whole = frames.push(value);
      if (whole.length > 0) yield* parser.feed(whole);
      holding(frames.heldBytes);
      if (frames.heldBytes > maxBytes) {
        throw new SseTooLarge(`An event has more than ${maxBytes} bytes`);
      }
    }
  } finally {
    holding(0);
  }
}

/** Parses the bytes of one event stream; see {@linkcode readSse}. */
export class SseParser {
  readonly #decoder = new StrictDecoder();
  readonly #events: SseEvent[] = [];
  readonly #maxChars: number;
  readonly #parser: ReturnType<typeof createParser>;
  #isOver = false;

  constructor(maxChars: number, mark?: SseMark) {
    this.#maxChars = maxChars;
    this.#parser = createParser({
      maxBufferSize: maxChars,
      onEvent: ({ event, data, id }) => {
        if (mark !== undefined && id !== undefined) mark.lastEventId = id === "" ? null : id;
        if (data !== "") this.#events.push({ event: event ?? "message", data, id });
      },
      onRetry(retryMs) {
        if (mark !== undefined) mark.retryMs = retryMs;
      },
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.#isOver = true;
      },
    });
  }

  /** Takes the next bytes and gives the events that they complete. Throws `NotUtf8`. */
  *feed(bytes: Uint8Array): Generator<SseEvent> {
    this.#parser.feed(this.#decoder.decode(bytes));
    yield* this.#events.splice(0);
    if (this.#isOver) throw new SseTooLarge(`An event has more than ${this.#maxChars} characters`);
  }
}

/** An event that carries one JSON-RPC message. */
export function messageEvent(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/** The same under an id with which a client can ask for what followed. */
export function identifiedEvent(id: string, json: string): string {
  return `id: ${id}\n${messageEvent(json)}`;
}

/**
 * The first event of a stream that can be resumed: an id, nothing to read, and when to
 * come back after a loss (2025-11-25, Transports).
 */
export function primingEvent(id: string, retryMs: number): string {
  return `id: ${id}\nretry: ${retryMs}\ndata: \n\n`;
}

/** The first event of an HTTP+SSE stream: where to POST (2024-11-05, Transports). */
export function endpointEvent(address: string): string {
  return `event: endpoint\ndata: ${address}\n\n`;
}

/** A comment that keeps an idle stream from being cut. */
export const KEEP_ALIVE = ":\n\n";
