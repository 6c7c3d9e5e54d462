import type { Context } from "fresh";
import { z } from "zod";
import type { State } from "../../../define.ts";
import { ownPath } from "./own_path.ts";
import { addCookie, readCookie } from "./session_cookie.ts";

const COOKIE = "aerostack-notice";

/** A browser drops a cookie that is longer than 4 KiB. */
const MAX_CHARS = 3_500;

/** What is said on the next page, and the form that takes back what was done. */
export const Notice = z.object({
  text: z.string(),
  undo: z.object({
    /** The page whose form it is. */
    path: z.string().refine((path) => ownPath(path) === path),
    fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  }).optional(),
});
export type Notice = z.infer<typeof Notice>;

/** Sends the browser on, and has the next page say what was done. No notice holds a secret. */
export function redirectWithNotice(ctx: Context<State>, to: string, notice: Notice): Response {
  const response = ctx.redirect(to, 303);
  const whole = encode(notice);
  const text = whole.length <= MAX_CHARS ? whole : encode({ text: notice.text });
  addCookie(ctx, response, { name: COOKIE, text, seconds: 60 });
  return response;
}

/** What is to be said on this page; `null` for nothing. */
export function readNotice(ctx: Context<State>): Notice | null {
  const text = readCookie(ctx, COOKIE);
  if (text === null) return null;
  try {
    return Notice.parse(JSON.parse(decodeURIComponent(text)));
  } catch {
    return null;
  }
}

/** Has the browser forget what was said. */
export function forgetNotice(ctx: Context<State>, response: Response): void {
  addCookie(ctx, response, { name: COOKIE, text: null, seconds: 0 });
}

function encode(notice: Notice): string {
  return encodeURIComponent(JSON.stringify(notice));
}
