import { joined } from "../mcp/json_splice.ts";
import { tooLarge } from "./answer_stream.ts";
import { LARGE_BYTES } from "./large_answer.ts";
import { MAX_ANSWER_CHARS } from "./upstream.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** The first bytes of a body: at least as many as make it large, unless it is shorter. */
export interface Beginning {
  bytes: Uint8Array;
  isWhole: boolean;
}

/** Reads until a body is over, or is known to be large. */
export async function readBeginning(body: Reader): Promise<Beginning> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;

  while (sizeBytes < LARGE_BYTES) {
    const { done, value } = await body.read();
    if (done) return { bytes: joined(chunks), isWhole: true };
    chunks.push(value);
    sizeBytes += value.length;
  }
  return { bytes: joined(chunks), isWhole: false };
}

/** A whole body, piece by piece, as it is asked for; without its byte order mark. */
export async function* chunksOf(beginning: Uint8Array, body: Reader): AsyncGenerator<Uint8Array> {
  const [a, b, c] = beginning;
  const hasMark = a === 0xef && b === 0xbb && c === 0xbf;
  yield hasMark ? beginning.subarray(3) : beginning;
  for (let read = await body.read(); !read.done; read = await body.read()) yield read.value;
}

/** Reads a body to its end as text. Throws `upstream_failed` for one that is too long. */
export async function readRest(
  beginning: Uint8Array,
  body: Reader,
  slug: string,
): Promise<string> {
  const decoder = new TextDecoder();
  const parts = [decoder.decode(beginning, { stream: true })];
  let chars = parts[0].length;

  // A loop over the body itself would release its reader, which costs an error with a stack.
  for (let read = await body.read(); !read.done; read = await body.read()) {
    const part = decoder.decode(read.value, { stream: true });
    parts.push(part);
    chars += part.length;
    if (chars <= MAX_ANSWER_CHARS) continue;
    await body.cancel();
    throw tooLarge(slug);
  }

  return parts.join("") + decoder.decode();
}
