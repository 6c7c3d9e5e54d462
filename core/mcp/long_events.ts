import type { ByteReader } from "./byte_reader.ts";
import { joined } from "./json_splice.ts";
import { SseData, SseFrames } from "./sse_frames.ts";
import { type SseEvent, type SseMark, SseParser, SseTooLarge } from "./sse.ts";

/** An event whose data is read while it comes. */
export interface LongEvent {
  /** To be read before the next event is asked for; what was not read is lost then. */
  chunks: AsyncGenerator<Uint8Array>;
}

/** How a stream with long events is read. */
export interface LongEventOptions {
  /** The most that is held of an event that is not read while it comes, in bytes. */
  maxBytes: number;
  /** From how many bytes on an event is long. */
  longBytes: number;
  /** Whether a long event whose data begins so is to be read while it comes. */
  isWanted(beginning: Uint8Array): boolean;
  mark?: SseMark;
  /** Told how much is held; may throw. */
  holding?: (heldBytes: number) => void;
}

/** A stream that ended in the middle of an event. */
export class SseCut extends Error {
  override name = "SseCut";
}

/**
 * Reads a stream as `readSse` does, but for long events that are wanted: the data of those
 * is given while it comes. The caller owns the reader and cancels it.
 */
export async function* readLongEvents(
  reader: ByteReader,
  options: LongEventOptions,
): AsyncGenerator<SseEvent | LongEvent> {
  try {
    yield* eventsOf(reader, options);
  } finally {
    options.holding?.(0);
  }
}

async function* eventsOf(
  reader: ByteReader,
  options: LongEventOptions,
): AsyncGenerator<SseEvent | LongEvent> {
  const parser = new SseParser(options.maxBytes, options.mark);
  const frames = new SseFrames();
  // Asked once for each event that grows long.
  let isAsked = false;

  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    for (let chunk: Uint8Array | null = read.value; chunk !== null;) {
      const whole = frames.push(chunk);
      chunk = null;
      if (whole.length > 0) {
        isAsked = false;
        yield* parser.feed(whole);
      }
      options.holding?.(frames.heldBytes);
      if (frames.heldBytes > options.maxBytes) throw tooLarge(options.maxBytes);
      if (isAsked || frames.heldBytes < options.longBytes) continue;

      isAsked = true;
      const data = new SseData();
      const beginning = joined(data.push(frames.beginning()));
      if (!options.isWanted(beginning)) continue;
      options.holding?.(0);
      yield { chunks: chunksOf(reader, data, beginning) };
      while (data.rest === null) {
        const { done, value } = await reader.read();
        if (done) return;
        data.push(value);
      }
      isAsked = false;
      frames.restart();
      chunk = data.rest;
    }
  }
}

async function* chunksOf(
  reader: ByteReader,
  data: SseData,
  beginning: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield beginning;
  while (data.rest === null) {
    const { done, value } = await reader.read();
    if (done) throw new SseCut("The stream ended in the middle of an event");
    yield* data.push(value);
  }
}

function tooLarge(maxBytes: number): SseTooLarge {
  return new SseTooLarge(`An event has more than ${maxBytes} bytes`);
}
