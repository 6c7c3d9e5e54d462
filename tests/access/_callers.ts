import type { Role } from "../../core/admins/role.ts";
import { createAdminToken } from "../../core/admins/create_admin_token.ts";
import { keys } from "../../core/kv/keys.ts";
import type { Services } from "../../core/services.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { revokeToken } from "../../core/tokens/revoke_token.ts";
import { newAdminTokenText, newTokenText } from "../../core/tokens/token_text.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";

export const ENVIRONMENT_TOKEN = "environment-token-0123456789";

/** The headers of each kind of caller, by a name. */
export type Callers = Record<string, Record<string, string>>;

/** The whole app with its callers: by bearer, and by session. */
export interface AccessWorld extends AsyncDisposable {
  app: RunningApp;
  callers: Callers;
}

/** An app in which the workspaces `team` and `other` have a member each. */
export async function accessWorld(): Promise<AccessWorld> {
  const app = await startApp({ AEROSTACK_ADMIN_TOKEN: ENVIRONMENT_TOKEN });
  const { services } = app;
  const team = await createWorkspace(services, AN_ADMIN, { slug: "team" });
  await createWorkspace(services, AN_ADMIN, { slug: "other" });

  const member = await createToken(services, AN_ADMIN, "team", { name: "Alice Chen" });
  const foreign = await createToken(services, AN_ADMIN, "other", { name: "Bob Lee" });
  const revoked = await createToken(services, AN_ADMIN, "team", { name: "Carol Diaz" });
  await revokeToken(services, AN_ADMIN, "team", revoked.id);
  const expiredMember = await createToken(services, AN_ADMIN, "team", { name: "Dan" });
  const expiredAdmin = await createAdminToken(services, AN_ADMIN, { name: "old", role: "owner" });
  await expire(services, keys.token(team.id, expiredMember.id));
  await expire(services, keys.adminToken(expiredAdmin.id));
  const removed = await createAdminToken(services, AN_ADMIN, { name: "removed", role: "owner" });
  await services.admins.tokens.remove(AN_ADMIN, removed.id);
  const ended = await app.signIn();
  await (await app.submit("/auth/sign-out", { cookie: ended })).body?.cancel();

  const tokenOf = async (role: Role) =>
    (await createAdminToken(services, AN_ADMIN, { name: role, role })).token;

  return {
    app,
    callers: {
      nobody: {},
      "malformed bearer": { authorization: "Bearer x" },
      "unknown admin token": bearer(newAdminTokenText()),
      "unknown member token": bearer(newTokenText("Alice")),
      member: bearer(member.token),
      "member of another workspace": bearer(foreign.token),
      "revoked member": bearer(revoked.token),
      "expired member": bearer(expiredMember.token),
      "expired admin": bearer(expiredAdmin.token),
      "removed admin": bearer(removed.token),
      viewer: bearer(await tokenOf("viewer")),
      admin: bearer(await tokenOf("admin")),
      owner: bearer(await tokenOf("owner")),
      environment: bearer(ENVIRONMENT_TOKEN),
      "member's session": { cookie: await signInMember(app, member.token) },
      "ended session": { cookie: ended },
      "viewer's session": { cookie: await app.signIn("viewer") },
      "admin's session": { cookie: await app.signIn("admin") },
      "owner's session": { cookie: await app.signIn("owner") },
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** The `Cookie` header of a member who signed in to their own page. */
async function signInMember(app: RunningApp, token: string): Promise<string> {
  const response = await app.submit("/me", { fields: { token } });
  await response.body?.cancel();
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** What an admin of each kind may do by a bearer, and by a session. */
export const ROLE_OF_BEARER: Record<string, Role> = {
  viewer: "viewer",
  admin: "admin",
  owner: "owner",
  environment: "owner",
};
export const ROLE_OF_SESSION: Record<string, Role> = {
  "viewer's session": "viewer",
  "admin's session": "admin",
  "owner's session": "owner",
};

/** Sends a request as this caller and gives the answer's status and where it leads. */
export async function statusOf(
  app: RunningApp,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; location: string | null; allow: string | null }> {
  // A stream that was opened is left at once, also where it has no body that could be cancelled.
  const leaving = new AbortController();
  const response = await app.ask(path, { method, headers, signal: leaving.signal });
  await response.body?.cancel();
  leaving.abort();
  const { status } = response;
  return {
    status,
    location: response.headers.get("location"),
    allow: response.headers.get("allow"),
  };
}

/** Has a stored token end a second ago. */
async function expire({ store: { kv } }: Services, key: Deno.KvKey): Promise<void> {
  const { value } = await kv.get<object>(key);
  await kv.set(key, { ...value, expiresAt: new Date(Date.now() - 1_000).toISOString() });
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
