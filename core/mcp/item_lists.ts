import { GatewayError } from "../errors.ts";
import type { JsonObject } from "./message.ts";
import type { ListKind } from "./methods.ts";
import { isUsable, keyFieldOf } from "./rewrite.ts";

/** Who may share a kept result (2026-07-28, Caching). */
export type CacheScope = "public" | "private";

/** For how long a list may be kept, and by whom. */
interface Keeping {
  ttlMs: number;
  cacheScope: CacheScope;
}

/** What one server offers, under the names that the endpoint shows. */
export interface ListedItems extends Keeping {
  slug: string;
  items: readonly JsonObject[];
}

/** A server whose list is missing, and why. */
export interface MissingItems {
  slug: string;
  failure: string;
}

/** One server's part of a workspace's list. */
export type ListPart = ListedItems | MissingItems;

/** Which page of a list is wanted, and how long it may be. */
export interface PageWish {
  /** As the client sent it; `null` for the first page. */
  cursor: string | null;
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
 * Throws `invalid_input` for a cursor that is none of this list.
 */
export function mergeLists(
  kind: ListKind,
  parts: readonly ListPart[],
  { cursor, maxItems = MAX_ITEMS, maxBytes = MAX_BYTES }: PageWish,
): JsonObject {
  const sorted = parts.toSorted((a, b) => a.slug < b.slug ? -1 : 1);
  const lists = sorted.filter((part) => "items" in part);
  const failures = sorted.filter((part) => "failure" in part);

  const after = cursor === null ? null : readCursor(kind, cursor);
  const page = fillPage(kind, lists, after, { maxItems, maxBytes });
  const merged: JsonObject = { [kind]: page.items, ...keeping(lists, failures) };
  if (page.next !== null) merged.nextCursor = writeCursor(page.next);
  if (failures.length > 0) {
    const named = failures.map(({ slug, failure }) => ({ server: slug, error: failure }));
    merged._meta = { [UNAVAILABLE_KEY]: named };
  }
  return merged;
}

interface Page {
  items: JsonObject[];
  /** Where the next page goes on; `null` when this is the last. */
  next: Cursor | null;
}

/** Takes entries until the page is full; one always fits. */
function fillPage(
  kind: ListKind,
  lists: readonly ListedItems[],
  after: Cursor | null,
  { maxItems, maxBytes }: { maxItems: number; maxBytes: number },
): Page {
  const taken: JsonObject[] = [];
  let last: Cursor | null = null;
  let bytes = 0;

  for (const { slug, items } of lists) {
    if (after !== null && slug < after.slug) continue;

    for (let index = firstIndex(kind, slug, items, after); index < items.length; index++) {
      const item = items[index];
      if (!isUsable(kind, item)) continue;

      bytes += sizeOf(item);
      const isFull = taken.length >= maxItems || bytes > maxBytes;
      if (isFull && last !== null) return { items: taken, next: last };
      taken.push(item);
      last = { kind, slug, key: String(item[keyFieldOf(kind)]), index };
    }
  }
  return { items: taken, next: null };
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
function keeping(lists: readonly ListedItems[], failures: readonly MissingItems[]): Keeping {
  const isPublic = failures.length === 0 && lists.length === 1 && lists[0].cacheScope === "public";
  const ttlMs = Math.min(EMPTY_TTL_MS, ...lists.map((list) => list.ttlMs));
  return {
    ttlMs: failures.length > 0 ? 0 : ttlMs,
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

function readCursor(kind: ListKind, cursor: string): Cursor {
  const [of, slug, key, index, ...rest] = decoded(cursor);
  const isOurs = of === kind && typeof slug === "string" && typeof key === "string" &&
    isIndex(index) && rest.length === 0;
  if (isOurs) return { kind, slug, key, index };

  throw new GatewayError("invalid_input", `Cannot list ${kind}: unknown cursor`, {
    publicMessage: "Invalid params: unknown cursor",
  });
}

function decoded(cursor: string): unknown[] {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const parts: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
