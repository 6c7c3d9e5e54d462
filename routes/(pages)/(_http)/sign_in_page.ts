import type { Context } from "fresh";
import type { State } from "../../../define.ts";
import { ownPath } from "./own_path.ts";

/** Where somebody signs in who wanted to open this page; they land there afterwards. */
export function signInPath(ctx: Context<State>): string {
  const { method, headers } = ctx.req;
  const destination = headers.get("sec-fetch-dest");
  const isAccepted = headers.get("accept")?.includes("text/html") ?? false;
  // What a form did is not done again, and what a script asked for is no page. Browsers do not
  // say what it is for where there is no https.
  const isPage = method === "GET" &&
    (destination === "document" || destination === null && isAccepted);
  const next = isPage ? ownPath(ctx.url.pathname + ctx.url.search) : "/";
  return withNext("/sign-in", next);
}

/** A path with the page behind it to which it leads in the end. */
export function withNext(path: string, next: string): string {
  if (next === "/") return path;
  return `${path}${path.includes("?") ? "&" : "?"}next=${encodeURIComponent(next)}`;
}
