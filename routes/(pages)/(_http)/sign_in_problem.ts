import type { Context } from "fresh";
import { z } from "zod";
import type { State } from "../../../define.ts";
import { addCookie, readCookie } from "./session_cookie.ts";

const COOKIE = "aerostack-sign-in";

/** Why a sign-in with GitHub came to nothing; the page for it says what to do. */
export const SignInProblem = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("refused"),
    login: z.string(),
    unmet: z.array(z.object({
      rule: z.string(),
      kind: z.enum(["logins", "org", "team"]),
      why: z.enum(["pending", "none", "unapproved", "sso", "no_scope"]),
    })).max(50),
  }),
  z.object({
    kind: z.literal("failed"),
    why: z.enum([
      "denied",
      "callback_url",
      "suspended",
      "no_cookie",
      "expired",
      "state",
      "exchange",
      "unreachable",
      "full",
      "unknown",
    ]),
  }),
]);
export type SignInProblem = z.infer<typeof SignInProblem>;

/** A browser drops a cookie that is longer than 4 KiB. */
const MAX_CHARS = 3_500;

/** How long a page says what went wrong, unless somebody tries again. */
const SHOWN_SECONDS = 300;

/**
 * Sends the browser to the sign-in page, which says what went wrong. It is kept in a cookie, so
 * that no page stands at the address with GitHub's code in it.
 */
export function redirectWithProblem(
  ctx: Context<State>,
  path: string,
  problem: SignInProblem,
): Response {
  const response = ctx.redirect(path, 303);
  addCookie(ctx, response, { name: COOKIE, text: encode(problem), seconds: SHOWN_SECONDS });
  return response;
}

/** Names the first rules, where all of them would be too long for a cookie. */
function encode(problem: SignInProblem): string {
  const text = encodeURIComponent(JSON.stringify(problem));
  if (text.length <= MAX_CHARS || problem.kind !== "refused") return text;
  return encode({ ...problem, unmet: problem.unmet.slice(0, -1) });
}

/** What went wrong the last time; `null` for nothing. */
export function readProblem(ctx: Context<State>): SignInProblem | null {
  const text = readCookie(ctx, COOKIE);
  if (text === null) return null;
  try {
    return SignInProblem.parse(JSON.parse(decodeURIComponent(text)));
  } catch {
    return null;
  }
}

/** Has the browser forget it, since somebody tries again. */
export function forgetProblem(ctx: Context<State>, response: Response): void {
  if (readCookie(ctx, COOKIE) === null) return;
  addCookie(ctx, response, { name: COOKIE, text: null, seconds: 0 });
}
