import type { Context } from "../context.ts";
import { HttpError } from "../error.ts";
import type { Middleware } from "../handlers.ts";

/** Which origins, besides the site's own, may send forms. */
// deno-lint-ignore no-explicit-any
export interface CsrfOptions<State = any> {
  /** Replaces the site's own origin: one, several, or a function that decides. */
  origin?:
    | string
    | string[]
    | ((origin: string, context: Context<State>) => boolean);
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses, with 403, what another site's page sends in a visitor's name.
 *
 * Reading is free. A request with neither `Sec-Fetch-Site` nor `Origin` comes from
 * no browser, and passes.
 */
export function csrf<State>(
  options: CsrfOptions<State> = {},
): Middleware<State> {
  return (ctx) => {
    const { method, headers } = ctx.req;
    if (SAFE.has(method)) return ctx.next();

    const origin = headers.get("origin");
    const site = headers.get("sec-fetch-site");
    const isOwn = site === "same-origin" || site === "none";
    const isNoBrowser = site === null && origin === null;
    const isAllowed = origin !== null && allows(options.origin, origin, ctx);

    if (isOwn || isNoBrowser || isAllowed) return ctx.next();
    throw new HttpError(403);
  };
}

function allows<State>(
  rule: CsrfOptions<State>["origin"],
  origin: string,
  ctx: Context<State>,
): boolean {
  if (!rule) return origin === ctx.url.origin;
  if (typeof rule === "function") return rule(origin, ctx);
  return typeof rule === "string" ? origin === rule : rule.includes(origin);
}
