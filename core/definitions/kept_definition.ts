import { createHash } from "node:crypto";
import { isObject, type JsonObject } from "../mcp/message.ts";
import { canonicalJson } from "./definition_hash.ts";

/** As much of one definition is kept, for the differences that an admin is shown. */
const MAX_BYTES = 16 * 1024;
/** As much of a field that is too long. */
const MAX_CUT_CHARS = 1_000;

/**
 * A definition as bytes to keep. Fields that do not fit are cut, with a note that names
 * their length and hash; the hash of the whole is what counts.
 */
export function keptDefinition(item: JsonObject): Uint8Array<ArrayBuffer> {
  const whole = new TextEncoder().encode(canonicalJson(item));
  if (whole.length <= MAX_BYTES) return whole;

  const kept: JsonObject = {};
  let room = MAX_BYTES;
  let dropped = 0;
  for (const [key, value] of bySize(item)) {
    const text = canonicalJson(value);
    const named = sizeOf(JSON.stringify(key)) + 2;
    const size = named + sizeOf(text);
    const cut = size <= room ? value : cutText(text);
    const needed = size <= room ? size : named + sizeOf(JSON.stringify(cut));
    if (needed > room) {
      dropped++;
      continue;
    }
    kept[key] = cut;
    room -= needed;
  }
  if (dropped > 0) kept["…"] = `${dropped} fields that do not fit`;
  return new TextEncoder().encode(canonicalJson(kept));
}

/** What was kept, as an object again. */
export function readDefinition(bytes: Uint8Array): JsonObject {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return isObject(value) ? value : {};
}

function bySize(item: JsonObject): [string, unknown][] {
  return Object.entries(item).sort(([, a], [, b]) =>
    canonicalJson(a).length - canonicalJson(b).length
  );
}

function cutText(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const shown = text.slice(0, MAX_CUT_CHARS).toWellFormed();
  return `${shown}… [cut: ${text.length} characters, SHA-256 ${hash}…]`;
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
