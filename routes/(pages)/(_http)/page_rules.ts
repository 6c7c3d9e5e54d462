import type { Admin } from "../../../core/admins/admin.ts";
import { isAtLeast, type Role } from "../../../core/admins/role.ts";

/**
 * Who may open a page or send its form: admins of this role and above, members who signed in
 * to their own page, or anyone.
 */
export type PageRole = Role | "member" | "anyone";

/** Every page, by the pattern of its route: who may do what there. */
export const PAGE_RULES: Record<string, { GET?: PageRole; POST?: PageRole }> = {
  "/": { GET: "viewer" },
  "/analytics": { GET: "viewer" },
  "/audit": { GET: "viewer", POST: "viewer" },
  "/audit/export": { GET: "viewer" },
  "/calls": { GET: "viewer" },
  "/calls/export": { GET: "viewer" },
  "/calls/:workspace/:call": { GET: "viewer", POST: "owner" },
  "/events": { GET: "viewer" },
  "/live": { GET: "viewer" },
  "/servers": { GET: "viewer" },
  "/servers/:slug/installs": { GET: "viewer", POST: "admin" },
  "/servers/:slug/settings": { GET: "viewer", POST: "admin" },
  "/add/server": { GET: "admin", POST: "admin" },
  "/add/server/test": { POST: "admin" },
  "/me": { GET: "anyone", POST: "anyone" },
  "/me/secrets": { GET: "anyone", POST: "member" },
  "/me/sign-out": { POST: "anyone" },
  "/servers/:slug": { GET: "viewer", POST: "admin" },
  "/servers/:slug/analytics": { GET: "viewer" },
  "/servers/:slug/secrets": { GET: "viewer", POST: "admin" },
  "/add/sink": { GET: "admin", POST: "admin" },
  "/add/webhook": { GET: "admin", POST: "admin" },
  "/add/workspace": { GET: "admin", POST: "admin" },
  "/settings": { GET: "viewer" },
  "/settings/deliveries/:id": { GET: "viewer", POST: "admin" },
  "/settings/keys": { GET: "admin", POST: "owner" },
  "/settings/limits": { GET: "viewer" },
  "/settings/admins": { GET: "viewer", POST: "viewer" },
  "/settings/tokens": { GET: "admin", POST: "owner" },
  "/settings/sinks": { GET: "viewer" },
  "/settings/sinks/:sink": { GET: "viewer", POST: "admin" },
  "/settings/webhooks": { GET: "viewer" },
  "/settings/webhooks/:webhook": { GET: "viewer", POST: "admin" },
  "/palette": { GET: "viewer" },
  "/playground": { GET: "admin", POST: "admin" },
  "/search": { GET: "viewer" },
  "/workspaces": { GET: "viewer" },
  "/workspaces/:slug": { GET: "viewer", POST: "admin" },
  "/workspaces/:slug/servers/:server": { GET: "viewer", POST: "admin" },
  "/workspaces/:slug/settings": { GET: "viewer", POST: "admin" },
  "/members": { GET: "viewer" },
  "/members/:email": { GET: "viewer", POST: "admin" },
  "/workspaces/:slug/tokens": { GET: "viewer" },
  "/workspaces/:slug/tokens/new": { GET: "admin", POST: "admin" },
  "/workspaces/:slug/tokens/:token": { GET: "viewer", POST: "admin" },
  "/workspaces/:slug/members": { GET: "viewer" },
  "/workspaces/:slug/connect": { GET: "viewer" },
  "/sign-in": { GET: "anyone" },
  "/theme": { POST: "viewer" },
  "/auth/callback": { GET: "anyone" },
  "/auth/link/:code": { GET: "anyone", POST: "anyone" },
  "/auth/sign-in": { GET: "anyone" },
  "/auth/sign-out": { POST: "anyone" },
};

/** Who may do this on the page of this route; `null` where there is no rule, so nobody. */
export function pageRole(method: string, route: string): PageRole | null {
  const rules = PAGE_RULES[route];
  if (method === "GET" || method === "HEAD") return rules?.GET ?? null;
  return method === "POST" ? rules?.POST ?? null : null;
}

/** Whether this page is there and this admin may open it: what leads to it is shown then. */
export function mayOpen(admin: Admin | null, path: string): boolean {
  return mayDo(admin, "GET", path);
}

/** Whether this admin may open the page of this route, or send its form. */
export function mayDo(admin: Admin | null, method: "GET" | "POST", route: string): boolean {
  const needed = pageRole(method, route);
  if (admin === null || needed === null) return false;
  return needed === "anyone" || (needed !== "member" && isAtLeast(admin.role, needed));
}
