import { isUtf8 } from "node:buffer";
import { joined } from "../mcp/json_splice.ts";
import { NotUtf8 } from "../mcp/strict_text.ts";

/** The same chunks, of which the last rejects with {@linkcode NotUtf8} where one is none. */
export async function* strictChunks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const all = begun.length === 0 ? chunk : joined([begun, chunk]);
    const end = wholeCharacters(all);
    if (!isUtf8(all.subarray(0, end))) throw new NotUtf8("The text is not UTF-8");
    // A copy: whoever takes the chunk may change it.
    begun = all.slice(end);
    yield chunk;
  }
  if (begun.length > 0) throw new NotUtf8("The text ends within a character");
}

/** Where the last character begins that may go on behind these bytes, or their end. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < length ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
