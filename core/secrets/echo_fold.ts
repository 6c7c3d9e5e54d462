import { EchoDecoder } from "./echo_decoder.ts";

/** What a byte becomes that says nothing: line breaks, wherever text was wrapped. */
export const DROPPED = 0x100;

/**
 * What stands for each decoded byte where values are compared: base64 and base64url are
 * one alphabet, a space is the `+` of a URL, and line breaks are nothing.
 */
export const FOLDED: Uint16Array = new Uint16Array(256).map((_, byte) => {
  if (byte === 0x0a || byte === 0x0d) return DROPPED;
  if (byte === 0x20 || byte === 0x2d) return 0x2b;
  return byte === 0x5f ? 0x2f : byte;
});

let folded: number[] = [];
const decoder = new EchoDecoder((byte) => {
  if (FOLDED[byte] !== DROPPED) folded.push(FOLDED[byte]);
});

/** A text of its own as it is compared. */
export function foldedBytes(text: Uint8Array): Uint8Array {
  folded = [];
  for (let at = 0; at < text.length; at++) {
    if (FOLDED[text[at]] !== DROPPED) decoder.take(text[at], at, at + 1);
  }
  decoder.flush();
  const bytes = Uint8Array.from(folded);
  folded = [];
  return bytes;
}
