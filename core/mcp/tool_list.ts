import { isObject, type JsonObject } from "./message.ts";
import { exposedNames } from "./tool_names.ts";

/** What one server offers, and for how long the list may be kept. */
export interface ToolList {
  tools: readonly JsonObject[];
  /** Milliseconds; from the server, or invented for a legacy one. */
  ttlMs: number;
}

/** One server's part of a workspace's list: its tools, or why they are missing. */
export type ServerTools =
  | { slug: string; list: ToolList }
  | { slug: string; failure: string };

/** Where a result names the servers that could not be asked. */
export const UNAVAILABLE_KEY = "dev.aerostack/unavailableServers";

/** How long a list from a legacy server may be kept: it names no time itself. */
export const LEGACY_TTL_MS = 5_000;

/**
 * Puts the tools of several servers into one list, by server slug and then in each
 * server's own order.
 *
 * Only names change; every other field of a definition stays as it came. Servers
 * that failed are named in `_meta`, and the list then asks not to be kept.
 */
export function mergeToolLists(parts: readonly ServerTools[]): JsonObject {
  const sorted = parts.toSorted((a, b) => a.slug < b.slug ? -1 : 1);
  const failures = sorted.flatMap((part) =>
    "failure" in part ? [{ server: part.slug, error: part.failure }] : []
  );
  const lists = sorted.flatMap((part) => "list" in part ? [part] : []);
  const ttlMs = failures.length > 0
    ? 0
    : Math.min(LEGACY_TTL_MS * 12, ...lists.map(({ list }) => list.ttlMs));

  const merged: JsonObject = {
    tools: lists.flatMap(({ slug, list }) => renamed(slug, list.tools)),
    ttlMs,
    cacheScope: "private",
  };
  if (failures.length > 0) merged._meta = { [UNAVAILABLE_KEY]: failures };
  return merged;
}

function renamed(slug: string, tools: readonly JsonObject[]): JsonObject[] {
  const usable = tools.filter(hasName);
  const names = exposedNames(slug, usable.map((tool) => tool.name));
  const exposed = new Map([...names].map(([name, tool]) => [tool, name]));
  return usable.map((tool) => ({ ...tool, name: exposed.get(tool.name) }));
}

/** Whether a list entry can be called at all. */
export function hasName(tool: unknown): tool is JsonObject & { name: string } {
  return isObject(tool) && typeof tool.name === "string" && tool.name !== "";
}
