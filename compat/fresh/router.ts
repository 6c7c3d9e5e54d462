import type { Result } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";
import { type Method, METHODS } from "./handlers.ts";

interface Entry<T> {
  pattern: string;
  /** Its parameters, all empty; a search fills in what it found. */
  blank: Readonly<Record<string, string>>;
  byMethod: Map<string, T>;
  /** The methods that are answered; `null` until somebody asks. */
  allowed: Method[] | null;
  /** Set where hono finds candidates only, and the platform decides. */
  exact: URLPattern | null;
}

/** What a path and a method lead to. */
export interface Match<T> {
  pattern: string;
  params: Record<string, string>;
  /** `null` where the path is known, and the method is not. */
  item: T | null;
  allowed: Method[];
}

/**
 * Finds the item for a path and a method.
 *
 * Fixed paths come first, with or without a slash at the end; then the first
 * pattern that was added and matches, whatever the method. Patterns are those of
 * `URLPattern`. Hono's router does the searching; the few patterns that it
 * cannot express are checked with `URLPattern` itself.
 */
export class Router<T> {
  #fixed = new Map<string, Entry<T>>();
  #patterns = new Map<string, Entry<T>>();
  #search = new SmartRouter<Entry<T>>({
    routers: [new RegExpRouter(), new TrieRouter()],
  });

  /** Adds an item; the first one added for a pattern and method stays. */
  add(method: string, pattern: string, item: T): void {
    const entry = this.#entry(pattern);
    if (entry.byMethod.has(method)) return;
    entry.byMethod.set(method, item);
    entry.allowed = null;
  }

  #entry(pattern: string): Entry<T> {
    const isPattern = /[*:{}+?()]/.test(pattern);
    const entries = isPattern ? this.#patterns : this.#fixed;
    const known = entries.get(pattern);
    if (known !== undefined) return known;

    const entry: Entry<T> = {
      pattern,
      blank: blankParams(pattern),
      byMethod: new Map(),
      allowed: null,
      exact: null,
    };
    entries.set(pattern, entry);
    if (!isPattern) return entry;

    const simple = toHonoPaths(pattern);
    if (simple === null) entry.exact = new URLPattern({ pathname: pattern });
    const paths = simple ?? [candidates(pattern)];
    for (const path of paths) this.#search.add("ALL", path, entry);
    return entry;
  }

  /** Finds the item, or tells that the path is unknown. */
  match(method: string, pathname: string): Match<T> | null {
    const fixed = this.#fixed.get(pathname) ?? this.#fixed.get(
      pathname.endsWith("/") ? pathname.slice(0, -1) : `${pathname}/`,
    );
    if (fixed !== undefined) return toMatch(fixed, {}, method);
    if (this.#patterns.size === 0) return null;

    for (const [entry, params] of found(this.#search.match("ALL", pathname))) {
      if (entry.exact === null) return toMatch(entry, params, method);
      const exact = entry.exact.exec({ pathname });
      if (exact !== null) return toMatch(entry, exact.pathname.groups, method);
    }
    return null;
  }
}

function toMatch<T>(
  entry: Entry<T>,
  params: Record<string, string | undefined>,
  method: string,
): Match<T> {
  const { byMethod, pattern, blank } = entry;
  const item = byMethod.get(method) ??
    (method === "HEAD" ? byMethod.get("GET") : undefined) ?? null;
  const allowed = entry.allowed ??= methodsOf(byMethod);
  if (item === null) return { pattern, params: {}, item, allowed };

  const decoded: Record<string, string> = Object.assign(
    Object.create(null),
    blank,
  );
  for (const [name, value] of Object.entries(params)) {
    decoded[name] = decode(value ?? "");
  }
  return { pattern, params: decoded, item, allowed };
}

function methodsOf(byMethod: ReadonlyMap<string, unknown>): Method[] {
  return METHODS.filter((name) => byMethod.has(name) || (name === "HEAD" && byMethod.has("GET")));
}

function blankParams(pattern: string): Record<string, string> {
  return Object.fromEntries(
    [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => [name, ""]),
  );
}

function decode(value: string): string {
  try {
    return decodeURI(value);
  } catch {
    return value;
  }
}

function* found<T>(
  result: Result<T>,
): Generator<[T, Record<string, string | undefined>]> {
  const [matches, stash] = result;
  for (const [item, params] of matches) {
    const values: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(params)) {
      values[name] = typeof value === "number" ? stash?.[value] : value;
    }
    yield [item, values];
  }
}

/** Writes a pattern in hono's way, or gives up on it. */
function toHonoPaths(pattern: string): string[] | null {
  let paths = [""];
  for (const [part] of pattern.matchAll(/\/?\{[^}]*\}\??|\/[^/{}]*|[^/]+/g)) {
    const fixed = /^\/[^:*{}+?()]*$/.test(part);
    const parameter = /^\/:\w+$/.test(part);
    const optional = /^(?:\{\/(:\w+)\}\?|\/\{(:\w+)\}\?)$/.exec(part);
    const rest = /^\/(:\w+)\*$/.exec(part);
    const name = optional?.[1] ?? optional?.[2];

    if (fixed || parameter) paths = paths.map((path) => path + part);
    else if (name) paths = paths.flatMap((path) => [path, `${path}/${name}`]);
    else if (rest !== null) {
      const tail = `/${rest[1]}{[^/]+(?:/[^/]+)*}`;
      paths = paths.flatMap((path) => [path, path + tail]);
    } else return null;
  }
  return [...new Set(paths.map((path) => path === "" ? "/" : path))];
}

/** A path in hono's way that covers everything a pattern may match. */
function candidates(pattern: string): string {
  const fixed = /^(?:\/[^/:*{}+?()]+(?=\/[^{]))*/.exec(pattern)?.[0] ?? "";
  return `${fixed}/*`;
}
