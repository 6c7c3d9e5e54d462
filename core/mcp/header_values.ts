const PREFIX = "=?base64?";
const SUFFIX = "?=";
const VISIBLE = /^[\x20-\x7e\t]*$/;

/**
 * Encodes a value for `Mcp-Name` and `Mcp-Param-*` (2026-07-28, Streamable HTTP,
 * Value Encoding): as it is where a header can carry it, else in base64 form.
 */
export function encodeHeaderValue(value: string): string {
  if (isPlain(value)) return value;
  return `${PREFIX}${new TextEncoder().encode(value).toBase64()}${SUFFIX}`;
}

/**
 * Decodes such a value; `null` when its base64 form cannot be decoded, or when it has
 * characters that only that form can carry.
 */
export function decodeHeaderValue(value: string): string | null {
  if (!isSentinel(value)) return VISIBLE.test(value) ? value : null;

  try {
    const text = value.slice(PREFIX.length, -SUFFIX.length);
    if (/\s/.test(text)) return null;
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function isSentinel(value: string): boolean {
  return value.length >= PREFIX.length + SUFFIX.length && value.startsWith(PREFIX) &&
    value.endsWith(SUFFIX);
}

function isPlain(value: string): boolean {
  return VISIBLE.test(value) && value.trim() === value && !isSentinel(value);
}
