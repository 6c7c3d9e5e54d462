import { LEGACY_LIST_TTL_MS } from "./border.ts";
import { isObject, type JsonObject } from "./message.ts";
import type { ListKind } from "./methods.ts";
import { isUsable, keyFieldOf } from "./rewrite.ts";

/** Who may share a kept result (2026-07-28, Caching). */
export type CacheScope = "public" | "private";

/** What one server offers, under the names that the endpoint shows. */
export interface ItemList {
  items: readonly JsonObject[];
  /** For how long the list may be kept. */
  ttlMs: number;
  cacheScope: CacheScope;
}

/** One server's part of a workspace's list: its entries, or why they are missing. */
export type ListPart =
  | { slug: string; list: ItemList }
  | { slug: string; failure: string };

/** Which page of a list is wanted, and how long it may be. */
export interface PageWish {
  /** As the client sent it; `undefined` for the first page. */
  cursor: unknown;
  maxItems?: number;
  maxBytes?: number;
}

/** Where a result names the servers that could not be asked. */
export const UNAVAILABLE_KEY = "dev.aerostack/unavailableServers";

const MAX_ITEMS = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** For how long an empty list may be kept: installing a server is announced anyway. */
const EMPTY_TTL_MS = 60_000;

/** The last entry of a page: whose, under which key, at which place of that server's list. */
interface Cursor {
  kind: ListKind;
  slug: string;
  key: string;
  index: number;
}

/**
 * One page of the lists of several servers, by server slug and then in each server's
 * own order.
 *
 * Servers that failed are named in `_meta`, and the page then asks not to be kept. A
 * cursor names the last entry that was seen, so it holds when lists change meanwhile.
 * Returns `null` for a cursor that is none of this list.
 */
export function mergeLists(
  kind: ListKind,
  parts: readonly ListPart[],
  { cursor, maxItems = MAX_ITEMS, maxBytes = MAX_BYTES }: PageWish,
): JsonObject | null {
  const after = cursor === undefined ? null : readCursor(kind, cursor);
  if (cursor !== undefined && after === null) return null;

  const sorted = parts.toSorted((a, b) => a.slug < b.slug ? -1 : 1);
  const page = fillPage(kind, sorted, after, maxItems, maxBytes);
  const merged: JsonObject = { [kind]: page.items, ...keeping(sorted) };
  if (page.next !== null) merged.nextCursor = writeCursor(page.next);

  const failures = sorted.flatMap((part) =>
    "failure" in part ? [{ server: part.slug, error: part.failure }] : []
  );
  if (failures.length > 0) merged._meta = { [UNAVAILABLE_KEY]: failures };
  return merged;
}

/** Whether a value is a cursor that such a list has given. */
export function isCursorOf(kind: ListKind, cursor: unknown): boolean {
  return readCursor(kind, cursor) !== null;
}

interface Page {
  items: JsonObject[];
  /** Where the next page goes on; `null` when this is the last. */
  next: Cursor | null;
}

/** Takes entries until the page is full; one always fits. */
function fillPage(
  kind: ListKind,
  parts: readonly ListPart[],
  after: Cursor | null,
  maxItems: number,
  maxBytes: number,
): Page {
  const items: JsonObject[] = [];
  let last: Cursor | null = null;
  let bytes = 0;

  for (const part of parts) {
    if ("failure" in part || (after !== null && part.slug < after.slug)) continue;

    const list = part.list.items;
    for (let index = firstIndex(kind, part.slug, list, after); index < list.length; index++) {
      const item = list[index];
      if (!isUsable(kind, item)) continue;

      bytes += sizeOf(item);
      const isFull = items.length >= maxItems || bytes > maxBytes;
      if (isFull && last !== null) return { items, next: last };
      items.push(item);
      last = { kind, slug: part.slug, key: String(item[keyFieldOf(kind)]), index };
    }
  }
  return { items, next: null };
}

/** Where a server's list goes on after the entry that a cursor names. */
function firstIndex(
  kind: ListKind,
  slug: string,
  items: readonly JsonObject[],
  after: Cursor | null,
): number {
  if (after?.slug !== slug) return 0;
  const isSeen = (item: JsonObject | undefined) => item?.[keyFieldOf(kind)] === after.key;
  if (isSeen(items[after.index])) return after.index + 1;

  const moved = items.findIndex(isSeen);
  // An entry that is gone leaves its place to the one behind it.
  return moved === -1 ? after.index : moved + 1;
}

/** The shortest time, and the narrowest scope, of all parts. */
function keeping(parts: readonly ListPart[]): { ttlMs: number; cacheScope: CacheScope } {
  const lists = parts.flatMap((part) => "list" in part ? [part.list] : []);
  const isWhole = lists.length === parts.length;
  const isPublic = isWhole && lists.length === 1 && lists[0].cacheScope === "public";
  return {
    ttlMs: isWhole ? Math.min(EMPTY_TTL_MS, ...lists.map(({ ttlMs }) => ttlMs)) : 0,
    cacheScope: isPublic ? "public" : "private",
  };
}

const sizes = new WeakMap<JsonObject, number>();

/** The bytes of an entry as JSON, counted once for each that is kept. */
function sizeOf(item: JsonObject): number {
  const known = sizes.get(item);
  if (known !== undefined) return known;
  const size = new TextEncoder().encode(JSON.stringify(item)).length;
  sizes.set(item, size);
  return size;
}

function writeCursor({ kind, slug, key, index }: Cursor): string {
  const json = JSON.stringify([kind, slug, key, index]);
  return new TextEncoder().encode(json).toBase64({ alphabet: "base64url", omitPadding: true });
}

function readCursor(kind: ListKind, cursor: unknown): Cursor | null {
  if (typeof cursor !== "string") return null;

  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const parts: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== kind) return null;
    const [, slug, key, index] = parts;
    if (typeof slug !== "string" || typeof key !== "string") return null;
    return Number.isSafeInteger(index) && index >= 0 ? { kind, slug, key, index } : null;
  } catch {
    return null;
  }
}

/** How long a server's list may be kept, and by whom, from its own result. */
export function keepingOf(result: JsonObject): { ttlMs: number; cacheScope: CacheScope } {
  const { ttlMs, cacheScope } = result;
  return {
    ttlMs: typeof ttlMs === "number" && ttlMs >= 0 ? ttlMs : LEGACY_LIST_TTL_MS,
    cacheScope: cacheScope === "public" ? "public" : "private",
  };
}

/** The entries of one page of a server's list; `null` where the result has no such list. */
export function itemsIn(kind: ListKind, result: JsonObject): JsonObject[] | null {
  const items = result[kind];
  return Array.isArray(items) ? items.filter(isObject) : null;
}
