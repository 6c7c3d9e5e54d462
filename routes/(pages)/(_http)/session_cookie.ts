import type { Context } from "fresh";
import { authenticateSession } from "../../../core/admins/authenticate_admin.ts";
import type { Admin } from "../../../core/admins/admin.ts";
import { SESSION_HOURS } from "../../../core/admins/session.ts";
import type { State } from "../../../define.ts";

/** A cookie of this site. */
interface Cookie {
  name: string;
  /** `null` takes it away. */
  text: string | null;
  /** For how long browsers keep it. */
  seconds: number;
}

/** Where a cookie is read from. */
export type CookieSource = Pick<Context<State>, "req" | "url" | "state">;

/** Whether people reach this gateway by https; a proxy may speak http to it. */
export function isSecure(ctx: Pick<CookieSource, "url" | "state">): boolean {
  return ctx.url.protocol === "https:" ||
    ctx.state.services.config.publicUrl.startsWith("https:");
}

/** Who is signed in; `null` for nobody. */
export function signedInAdmin(ctx: Context<State>): Promise<Admin | null> {
  return authenticateSession(ctx.state.services, readSessionText(ctx), ctx.state.address);
}

/** The session's text in the request's cookie, or `null`. */
export function readSessionText(ctx: Context<State>): string | null {
  return readCookie(ctx, "aerostack");
}

/** Sends the browser on with a session's text in its cookie; `null` takes it away. */
export function redirectWithSession(
  ctx: Context<State>,
  path: string,
  text: string | null,
): Response {
  return redirectWithCookie(ctx, path, { name: "aerostack", text, seconds: SESSION_HOURS * 3_600 });
}

/** Sends a browser on that was signed in just now; the session that it had before ends. */
export async function redirectSignedIn(
  ctx: Context<State>,
  path: string,
  text: string,
): Promise<Response> {
  const { admins, now } = ctx.state.services;
  const before = readSessionText(ctx);
  if (before !== null) await admins.sessions.end(before, now());
  return redirectWithSession(ctx, path, text);
}

/** A cookie of this site, or `null`. */
export function readCookie(ctx: CookieSource, name: string): string | null {
  const wanted = `${hostName(ctx, name)}=`;
  const cookies = (ctx.req.headers.get("cookie") ?? "").split(";").map((text) => text.trim());
  return cookies.find((cookie) => cookie.startsWith(wanted))?.slice(wanted.length) ?? null;
}

/** Sends the browser on with a cookie that no script reads; `null` as its text takes it away. */
export function redirectWithCookie(ctx: Context<State>, path: string, cookie: Cookie): Response {
  const response = ctx.redirect(path, 303);
  addCookie(ctx, response, cookie);
  return response;
}

/** Adds a cookie of this site that no script reads; `null` as its text takes it away. */
export function addCookie(
  ctx: Context<State>,
  response: Response,
  { name, text, seconds }: Cookie,
): void {
  const parts = [
    `${hostName(ctx, name)}=${text ?? ""}`,
    "Path=/",
    `Max-Age=${text === null ? 0 : seconds}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(isSecure(ctx) ? ["Secure"] : []),
  ];
  response.headers.append("set-cookie", parts.join("; "));
}

/** The prefix `__Host-` keeps other hosts of the domain from setting it; it needs https. */
function hostName(ctx: Pick<CookieSource, "url" | "state">, name: string): string {
  return isSecure(ctx) ? `__Host-${name}` : name;
}
