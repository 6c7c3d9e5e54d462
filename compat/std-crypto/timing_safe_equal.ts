import { timingSafeEqual as equalOfSameLength } from "node:crypto";

/**
 * Compares bytes in a time that tells nothing about where they differ.
 *
 * Throws a `TypeError` for bytes of different length, as the package does since 1.1.
 */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike | DataView,
  b: ArrayBufferView | ArrayBufferLike | DataView,
): boolean {
  const left = bytes(a);
  const right = bytes(b);
  if (left.byteLength !== right.byteLength) {
    const lengths = `${left.byteLength} and ${right.byteLength}`;
    throw new TypeError(`Cannot compare bytes of different length: ${lengths}`);
  }
  return equalOfSameLength(left, right);
}

function bytes(value: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
