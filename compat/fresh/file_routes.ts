import type { HandlerFn, Middleware, RouteHandler } from "./handlers.ts";
import { pathToPattern } from "./patterns.ts";
import type { MaybeLazy, RouteComponent, RouteConfig } from "./route.ts";

/** What a file in `routes/` is there for. */
export type RouteKind =
  | "route"
  | "app"
  | "layout"
  | "middleware"
  | "error"
  | "notFound";

/** What a file in `routes/` may export. */
export interface RouteModule<State> {
  config?: RouteConfig;
  handler?: RouteHandler<unknown, State> | HandlerFn<unknown, State>[];
  handlers?: RouteHandler<unknown, State> | HandlerFn<unknown, State>[];
  default?: RouteComponent<State> | Middleware<State> | Middleware<State>[];
}

/** A file in `routes/` and its place in the site. */
export interface RouteFile<State> {
  /** The path below `routes/`, without extension, beginning with a slash. */
  id: string;
  mod: MaybeLazy<RouteModule<State>>;
}

const KINDS: Record<string, RouteKind> = {
  _app: "app",
  _layout: "layout",
  _middleware: "middleware",
  _error: "error",
  _500: "error",
  _404: "notFound",
};

/** Tells what a route file is there for, by its name. */
export function routeKind(id: string): RouteKind {
  return KINDS[id.slice(id.lastIndexOf("/") + 1)] ?? "route";
}

/** The pattern that places a file among folders, with groups kept. */
export function placePattern(id: string): string {
  if (routeKind(id) !== "route") {
    return pathToPattern(id.slice(0, id.lastIndexOf("/")), {
      keepGroups: true,
    });
  }
  const pattern = pathToPattern(id, { keepGroups: true });
  return id.endsWith("/index") && pattern !== "/" ? `${pattern}/` : pattern;
}

/** The pattern that a route file answers, unless it overrides it. */
export function addressPattern(id: string): string {
  return pathToPattern(id);
}

/**
 * Puts route files in the order in which they are registered.
 *
 * Files that stand around others come before them; fixed names come before
 * parameters, and parameters before the rest of a path.
 */
export function sortRouteIds(ids: string[]): string[] {
  return ids.toSorted((a, b) => {
    const left = sortKey(a);
    const right = sortKey(b);
    const length = Math.max(left.length, right.length);
    for (let i = 0; i < length; i++) {
      const order = rank(left[i]) - rank(right[i]);
      if (order !== 0) return order;
      if (left[i] !== right[i]) return left[i] < right[i] ? -1 : 1;
    }
    return a < b ? -1 : 1;
  });
}

function sortKey(id: string): string[] {
  return id.split("/").filter((part) =>
    part !== "" && !(part.startsWith("(") && part.endsWith(")"))
  );
}

function rank(part: string | undefined): number {
  if (part === undefined) return 7;
  if (part === "_app") return 0;
  if (part in KINDS) return 1;
  if (part === "index") return 2;
  if (part.startsWith("[...")) return 6;
  if (part.startsWith("[[")) return 5;
  if (part.includes("[")) return 4;
  return 3;
}

/** Reads the handlers of a route file; throws for a file without any use. */
export function readModule<State>(
  id: string,
  mod: RouteModule<State>,
): RouteModule<State>["handler"] | null {
  const exported = [mod.handler, mod.handlers, mod.config, mod.default];
  if (exported.every((value) => value === undefined)) {
    throw new Error(
      `Cannot use "routes${id}": it exports no page, handler or config`,
    );
  }
  return mod.handlers ?? mod.handler ?? null;
}
