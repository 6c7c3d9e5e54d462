import { listMethodOf } from "../mcp/methods.ts";
import { LEGACY_LIST_TTL_MS } from "../mcp/border.ts";
import type { CacheScope } from "../mcp/item_lists.ts";
import { isObject, type JsonObject, RPC } from "../mcp/message.ts";
import { withoutInvalidTools } from "../mcp/param_headers.ts";
import type { Connector } from "./connector.ts";
import { upstreamFailure } from "./failures.ts";
import { answerServerRequest } from "./legacy_session.ts";
import type { ListQuery } from "./list_cache.ts";
import type { Route, Target, UpstreamAnswer } from "./upstream.ts";

/** All of one server's list. */
export interface ListPages {
  /** As they came, but for tools that break the rules of a modern server's headers. */
  items: readonly JsonObject[];
  /** How long they may be kept; invented where a legacy server names no time. */
  ttlMs: number;
  /** Whether anybody may keep them, or their reader alone. */
  cacheScope: CacheScope;
  route: Route;
  /** How long its JSON is. */
  chars: number;
}

/** A list, and the revision of its server's pins that it was compared with. */
export interface ComparedPages extends ListPages {
  pinRevision: number;
}

/** How long one server may take to list before the others go on without it. */
export const LIST_TIMEOUT_MS = 10_000;

const MAX_PAGES = 100;
const MAX_ITEMS = 10_000;
const MAX_CHARS = 16 * 1024 * 1024;

/** Reads a list to its last page. Throws `upstream_failed` for what is no list. */
export async function readPages(connector: Connector, query: ListQuery): Promise<ListPages> {
  const { kind } = query;
  const deadlineMs = performance.now() + LIST_TIMEOUT_MS;
  const cursors = new Set<string>();
  const items: JsonObject[] = [];
  let ttlMs = Number.POSITIVE_INFINITY;
  let cacheScope: ListPages["cacheScope"] = "public";
  let cursor: string | undefined;
  let chars = 0;

  while (true) {
    const leftMs = Math.max(1, Math.ceil(deadlineMs - performance.now()));
    const page = pageOf(query, await ask(connector, query, cursor, leftMs));
    if (items.length + page.items.length > MAX_ITEMS) {
      throw badList(query, `has more than ${MAX_ITEMS} ${kind}`);
    }
    chars += JSON.stringify(page.items).length;
    if (chars > MAX_CHARS) {
      throw badList(query, `has more than ${MAX_CHARS / 1024 / 1024} Mi characters`);
    }
    items.push(...page.items);
    ttlMs = Math.min(ttlMs, page.ttlMs);
    if (page.cacheScope === "private") cacheScope = "private";

    cursor = page.cursor;
    const { route } = page;
    if (cursor === undefined) {
      const isModernTools = kind === "tools" && route === "modern";
      const usable = isModernTools ? withoutInvalidTools(items).tools : items;
      return { items: usable, ttlMs, cacheScope, route, chars };
    }
    if (cursors.has(cursor)) throw badList(query, "repeats a page cursor");
    cursors.add(cursor);
    if (cursors.size >= MAX_PAGES) throw badList(query, `has more than ${MAX_PAGES} pages`);
  }
}

function ask(
  connector: Connector,
  { target, caller, kind }: ListQuery,
  cursor: string | undefined,
  timeoutMs: number,
): Promise<UpstreamAnswer> {
  const method = listMethodOf(kind);
  return connector.request({
    target,
    caller,
    id: `aerostack-${method.replace("/", "-")}`,
    method,
    params: cursor === undefined ? undefined : { cursor },
    paramHeaders: [],
    // Others may wait for the same list, so nobody who leaves ends it.
    signal: connector.whenClosed,
    timeoutMs: Math.min(timeoutMs, target.timeoutMs),
    isRepeatable: true,
    onNotification: () => {},
    onRequest: (request) => Promise.resolve(answerServerRequest(request)),
  });
}

const NO_ITEMS = {
  items: [],
  ttlMs: LEGACY_LIST_TTL_MS,
  cacheScope: "public",
  cursor: undefined,
} as const;

function pageOf(query: ListQuery, { response, route }: UpstreamAnswer) {
  const { result, error } = response;
  // It offers no such things, and says so by not knowing the method.
  const hasNone = error?.code === RPC.methodNotFound && query.kind !== "tools";
  if (hasNone) return { ...NO_ITEMS, route };
  if (error !== undefined) throw badList(query, `is an error (code ${error.code})`);

  const items = result?.[query.kind];
  if (!Array.isArray(items)) throw badList(query, `holds no list of ${query.kind}`);
  const ttlMs = result?.ttlMs;
  const cacheScope: CacheScope = result?.cacheScope === "public" ? "public" : "private";
  return {
    items: items.filter(isObject),
    ttlMs: typeof ttlMs === "number" && ttlMs >= 0 ? ttlMs : LEGACY_LIST_TTL_MS,
    cacheScope,
    cursor: typeof result?.nextCursor === "string" ? result.nextCursor : undefined,
    route,
  };
}

function badList({ target, kind }: { target: Target; kind: ListQuery["kind"] }, what: string) {
  return upstreamFailure(
    target.slug,
    "protocol",
    `answered ${listMethodOf(kind)} with something that ${what}`,
  );
}
