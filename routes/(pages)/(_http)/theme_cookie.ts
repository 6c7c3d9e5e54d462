import type { Context } from "fresh";
import { z } from "zod";
import type { State } from "../../../define.ts";
import { type CookieSource, readCookie, redirectWithCookie } from "./session_cookie.ts";

/** In which colours pages are shown: those of the system, or always the same. */
export const Theme = z.enum(["system", "light", "dark"]);
export type Theme = z.infer<typeof Theme>;

const COOKIE = "aerostack-theme";
const YEAR_SECONDS = 365 * 24 * 3_600;

/** The colours that this browser's reader chose. */
export function readTheme(request: CookieSource): Theme {
  const { success, data } = Theme.safeParse(readCookie(request, COOKIE));
  return success ? data : "system";
}

/** Sends the browser on, and has it keep these colours for a year. */
export function redirectWithTheme(ctx: Context<State>, to: string, theme: Theme): Response {
  const text = theme === "system" ? null : theme;
  return redirectWithCookie(ctx, to, { name: COOKIE, text, seconds: YEAR_SECONDS });
}
