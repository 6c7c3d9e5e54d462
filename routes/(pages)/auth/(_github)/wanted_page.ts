import type { Context } from "fresh";
import type { State } from "../../../../define.ts";
import { ownPath } from "../../(_http)/own_path.ts";
import { addCookie, readCookie } from "../../(_http)/session_cookie.ts";

/**
 * The page that somebody wanted who was sent to GitHub. What comes back of a sign-in that failed
 * there does not say it, so the browser keeps it as long as a sign-in may take.
 */
const COOKIE = "aerostack-next";
const SECONDS = 600;

/** A browser drops a cookie that is longer than 4 KiB, and keeps the one before. */
const MAX_CHARS = 3_500;

/** Has the browser keep it; `/` is what is meant without, and for one that is too long. */
export function keepWantedPage(ctx: Context<State>, response: Response, next: string): void {
  const text = encodeURIComponent(next);
  if (next === "/" || text.length > MAX_CHARS) return forgetWantedPage(ctx, response);
  addCookie(ctx, response, { name: COOKIE, text, seconds: SECONDS });
}

/** The page that was wanted, as a path of this site; `/` where nothing was kept. */
export function wantedPage(ctx: Context<State>): string {
  try {
    return ownPath(decodeURIComponent(readCookie(ctx, COOKIE) ?? ""));
  } catch {
    return "/";
  }
}

/** Has the browser forget it. */
export function forgetWantedPage(ctx: Context<State>, response: Response): void {
  if (readCookie(ctx, COOKIE) === null) return;
  addCookie(ctx, response, { name: COOKIE, text: null, seconds: 0 });
}
