import { Buffer } from "node:buffer";

/** A marker takes at most so many bytes. */
const MARKER_BYTES = 64;
/** In less than this nothing is cut any more: it is left out. */
const MIN_ROOM_BYTES = 2 * MARKER_BYTES;

/** The name under which an object says what was left out of it. */
const CUT = "[cut]";

/**
 * A value as JSON of at most so many bytes in UTF-8; not less than 256.
 *
 * What does not fit is cut where it stands, and says how much is missing: a text keeps its
 * beginning, a list and an object what comes first. One long text leaves room for the rest.
 */
export function fitJson(value: unknown, maxBytes: number): string {
  const json = JSON.stringify(value);
  if (bytesOf(json) <= maxBytes) return json;
  return cutTo(withShortTexts(value, Math.floor(maxBytes / 4)), maxBytes);
}

/** Whether it is a number that JavaScript cannot hold, kept as it was written. */
export function isRawNumber(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

/** Gives at most `room` bytes, which are at least {@linkcode MIN_ROOM_BYTES}. */
function cutTo(value: unknown, room: number): string {
  const json = JSON.stringify(value);
  if (bytesOf(json) <= room) return json;
  if (typeof value === "string") return cutText(value, room);
  if (Array.isArray(value)) return cutItems(value, room);
  if (typeof value !== "object" || value === null || isRawNumber(value)) {
    return JSON.stringify(`[cut: a number of ${json.length} characters]`);
  }
  return cutFields(Object.entries(value), room);
}

function cutItems(items: readonly unknown[], room: number): string {
  const kept = cutParts(items.map((item) => ["", item] as const), room);
  const left = items.slice(kept.length).map((item) => JSON.stringify(item));
  const marker = JSON.stringify(`[cut: ${sentence(left, "item")}]`);
  return `[${[...kept, ...left.length > 0 ? [marker] : []].join(",")}]`;
}

function cutFields(fields: readonly [string, unknown][], room: number): string {
  const named = fields.map(([name, value]) => [`${JSON.stringify(name)}:`, value] as const);
  const kept = cutParts(named, room);
  const left = named.slice(kept.length).map(([name, value]) => name + JSON.stringify(value));
  const marker = `"${CUT}":${JSON.stringify(sentence(left, "field"))}`;
  return `{${[...kept, ...left.length > 0 ? [marker] : []].join(",")}}`;
}

/** The first parts, as many as fit, each with what stands before it. */
function cutParts(parts: readonly (readonly [string, unknown])[], room: number): string[] {
  const kept: string[] = [];
  let left = room - 2 - MARKER_BYTES;

  for (const [name, value] of parts) {
    const own = left - bytesOf(name) - 1;
    const isSmall = bytesOf(JSON.stringify(value)) <= own;
    if (!isSmall && own < MIN_ROOM_BYTES) break;
    const json = cutTo(value, own);
    kept.push(name + json);
    left = own - bytesOf(json);
  }
  return kept;
}

/** `12 more fields, 3456 bytes`. */
function sentence(left: readonly string[], noun: string): string {
  const bytes = left.reduce((sum, json) => sum + bytesOf(json), 0);
  return `${left.length} more ${noun}${left.length === 1 ? "" : "s"}, ${bytes} bytes`;
}

function withShortTexts(value: unknown, maxBytes: number): unknown {
  if (typeof value === "string") {
    return bytesOf(JSON.stringify(value)) <= maxBytes
      ? value
      : JSON.parse(cutText(value, Math.max(maxBytes, MIN_ROOM_BYTES)));
  }
  if (Array.isArray(value)) return value.map((item) => withShortTexts(item, maxBytes));
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withShortTexts(part, maxBytes)]),
  );
}

/** The beginning of a text as JSON, in whole characters. */
function cutText(text: string, room: number): string {
  let left = room - 2 - MARKER_BYTES;
  let length = 0;
  for (const char of text) {
    left -= bytesOf(JSON.stringify(char)) - 2;
    if (left < 0) break;
    length += char.length;
  }
  return JSON.stringify(`${text.slice(0, length)}…[cut: ${text.length - length} more characters]`);
}

function bytesOf(json: string): number {
  return Buffer.byteLength(json);
}
