import type { Context } from "fresh";
import { SELF_SESSION_MINUTES } from "../../../core/members/self_session_store.ts";
import { findSelf } from "../../../core/members/find_self.ts";
import type { Token } from "../../../core/tokens/token.ts";
import type { State } from "../../../define.ts";
import { readCookie, redirectWithCookie } from "./session_cookie.ts";

const COOKIE = "aerostack-me";

/** The member who is signed in to their own page, while their token is good; else `null`. */
export async function signedInMember(ctx: Context<State>): Promise<Token | null> {
  const text = readMemberText(ctx);
  return text === null ? null : await findSelf(ctx.state.services, text, ctx.state.address);
}

/** The text of a member's session in the request's cookie, or `null`. */
export function readMemberText(ctx: Context<State>): string | null {
  return readCookie(ctx, COOKIE);
}

/**
 * Ends the session of a member's browser, in the store. What is no session is looked up at its
 * sender's cost, and writes nothing.
 */
export async function endMemberSession(ctx: Context<State>): Promise<void> {
  const text = readMemberText(ctx);
  if (text !== null && await signedInMember(ctx) !== null) {
    await ctx.state.services.selfSessions.remove(text);
  }
}

/** Sends the browser to the member's page with their session; `null` takes it away. */
export function redirectWithMember(ctx: Context<State>, text: string | null): Response {
  return redirectWithCookie(ctx, "/me", { name: COOKIE, text, seconds: SELF_SESSION_MINUTES * 60 });
}
