import type { Context } from "fresh";
import { authenticateSession } from "../../../core/admins/authenticate_admin.ts";
import type { Admin } from "../../../core/admins/admin.ts";
import { SESSION_HOURS } from "../../../core/admins/session_store.ts";
import type { State } from "../../../define.ts";

/** Whether people reach this gateway by https; a proxy may speak http to it. */
export function isSecure(ctx: Context<State>): boolean {
  return ctx.url.protocol === "https:" ||
    ctx.state.services.config.publicUrl.startsWith("https:");
}

/** Who is signed in; `null` for nobody. */
export function signedInAdmin(ctx: Context<State>): Promise<Admin | null> {
  return authenticateSession(ctx.state.services, readSessionText(ctx));
}

/** The session's text in the request's cookie, or `null`. */
export function readSessionText(ctx: Context<State>): string | null {
  const wanted = `${cookieName(ctx)}=`;
  const cookies = (ctx.req.headers.get("cookie") ?? "").split(";").map((text) => text.trim());
  return cookies.find((cookie) => cookie.startsWith(wanted))?.slice(wanted.length) ?? null;
}

/** Sends the browser on with a session's text in its cookie; `null` takes it away. */
export function redirectWithSession(
  ctx: Context<State>,
  path: string,
  text: string | null,
): Response {
  const maxAge = text === null ? 0 : SESSION_HOURS * 3_600;
  const parts = [
    `${cookieName(ctx)}=${text ?? ""}`,
    "Path=/",
    `Max-Age=${maxAge}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(isSecure(ctx) ? ["Secure"] : []),
  ];
  const response = ctx.redirect(path, 303);
  response.headers.append("set-cookie", parts.join("; "));
  return response;
}

/** The prefix `__Host-` keeps other hosts of the domain from setting it; it needs https. */
function cookieName(ctx: Context<State>): string {
  return isSecure(ctx) ? "__Host-aerostack" : "aerostack";
}
