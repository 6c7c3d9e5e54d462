import { timingSafeEqual as equalOfSameLength } from "node:crypto";

/**
 * Compares bytes in a time that tells nothing about where they differ.
 *
 * Bytes of different length are not equal; their lengths are no secret.
 */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike | DataView,
  b: ArrayBufferView | ArrayBufferLike | DataView,
): boolean {
  const left = bytes(a);
  const right = bytes(b);
  return left.byteLength === right.byteLength && equalOfSameLength(left, right);
}

function bytes(value: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
