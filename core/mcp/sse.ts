import { createParser } from "eventsource-parser";

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
 * event exceeds `maxChars`. The caller owns the reader and cancels it.
 */
export async function* readSse(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxChars: number,
  mark?: SseMark,
): AsyncGenerator<SseEvent> {
  const events: SseEvent[] = [];
  const decoder = new TextDecoder();
  let overflow = false;
  const parser = createParser({
    maxBufferSize: maxChars,
    onEvent({ event, data, id }) {
      if (mark !== undefined && id !== undefined) mark.lastEventId = id === "" ? null : id;
      if (data !== "") events.push({ event: event ?? "message", data, id });
    },
    onRetry(retryMs) {
      if (mark !== undefined) mark.retryMs = retryMs;
    },
    onError(error) {
      if (error.type === "max-buffer-size-exceeded") overflow = true;
    },
  });

  while (true) {
    const { done, value } = await reader.read();
    if (done) return;

    parser.feed(decoder.decode(value, { stream: true }));
    yield* events.splice(0);
    if (overflow) throw new SseTooLarge(`An event has more than ${maxChars} characters`);
  }
}

/** An event that carries one JSON-RPC message. */
export function messageEvent(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}

/** The first event of an HTTP+SSE stream: where to POST (2024-11-05, Transports). */
export function endpointEvent(address: string): string {
  return `event: endpoint\ndata: ${address}\n\n`;
}

/** A comment that keeps an idle stream from being cut. */
export const KEEP_ALIVE = ":\n\n";
