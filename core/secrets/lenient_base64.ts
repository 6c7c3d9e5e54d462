import { Buffer } from "node:buffer";

/**
 * The bytes of a text in base64 or base64url, as far as it is one: whatever else is in it is
 * passed over, and it ends at the first padding. Never throws, as `Buffer.from` may on Deno 2.5.
 */
export function lenientBase64(text: string): Buffer {
  const [body] = text.split("=", 1);
  const digits = body.replace(/[^A-Za-z0-9+/_-]/g, "");
  // One digit alone is less than a byte.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Buffer.from(whole, "base64");
}
