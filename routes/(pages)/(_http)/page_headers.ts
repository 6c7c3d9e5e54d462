import type { Context } from "fresh";
import type { State } from "../../../define.ts";
import { isSecure } from "./session_cookie.ts";

const ALWAYS = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Names by which a machine reaches itself; browsers trust them as they trust https. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * What every page is sent with.
 *
 * With `no-referrer` browsers send forms with `Origin: null`, and then tell by `Sec-Fetch-Site`
 * alone where a form comes from, which they send to https and to their own machine. Elsewhere
 * the policy lets this site alone know: no other site is told a referrer by either.
 */
export function pageHeaders(ctx: Context<State>): Record<string, string> {
  const tellsOrigin = isSecure(ctx) || LOOPBACK.test(ctx.url.hostname);
  return { ...ALWAYS, "referrer-policy": tellsOrigin ? "no-referrer" : "same-origin" };
}

/** The policy of a page that runs nothing. */
export const STILL_PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";
