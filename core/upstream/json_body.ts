import type { ByteReader } from "../mcp/byte_reader.ts";
import { BytePile } from "../mcp/byte_pile.ts";
import { StrictDecoder } from "../mcp/strict_text.ts";
import type { Holding } from "./answer_room.ts";
import { tooLarge } from "./answer_stream.ts";
import { LARGE_BYTES } from "./large_answer.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";

/** The first bytes of a body: at least as many as make it large, unless it is shorter. */
export interface Beginning {
  bytes: Uint8Array;
  isWhole: boolean;
}

/** Reads until a body is over, or is known to be large. */
export async function readBeginning(body: ByteReader): Promise<Beginning> {
  const pile = new BytePile();

  while (pile.sizeBytes < LARGE_BYTES) {
    const { done, value } = await body.read();
    if (done) return { bytes: pile.take(), isWhole: true };
    pile.push(value);
  }
  return { bytes: pile.take(), isWhole: false };
}

/** A whole body, piece by piece, as it is asked for; without its byte order mark. */
export async function* chunksOf(
  beginning: Uint8Array,
  body: ByteReader,
): AsyncGenerator<Uint8Array> {
  const [a, b, c] = beginning;
  const hasMark = a === 0xef && b === 0xbb && c === 0xbf;
  yield hasMark ? beginning.subarray(3) : beginning;
  for (let read = await body.read(); !read.done; read = await body.read()) yield read.value;
}

/** Reads a body to its end as text. Throws `upstream_failed` for one that is too long, and `NotUtf8`. */
export async function readRest(
  beginning: Uint8Array,
  body: ByteReader,
  holding: Holding,
  slug: string,
): Promise<string> {
  const decoder = new StrictDecoder();
  const parts = [decoder.decode(beginning)];
  const pile = new BytePile();
  let chars = parts[0].length;
  let readBytes = beginning.length;
  const decodePile = () => {
    readBytes += pile.sizeBytes;
    holding(readBytes);
    const part = decoder.decode(pile.take());
    parts.push(part);
    chars += part.length;
  };

  // A loop over the body itself would release its reader, which costs an error with a stack.
  for (let read = await body.read(); !read.done; read = await body.read()) {
    pile.push(read.value);
    if (pile.sizeBytes < DECODED_BYTES) continue;
    decodePile();
    if (chars <= MAX_ANSWER_CHARS) continue;
    await body.cancel();
    throw tooLarge(slug);
  }

  decodePile();
  if (chars > MAX_ANSWER_CHARS) throw tooLarge(slug);
  return parts.join("") + decoder.end();
}

/** How many bytes are decoded at once. */
const DECODED_BYTES = 256 * 1024;
