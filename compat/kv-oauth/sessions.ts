/** A sign-in that is under way. */
export interface OAuthSession {
  state: string;
  codeVerifier: string;
  successUrl: string;
}

const kv = await Deno.openKv(await kvPath());
addEventListener("beforeunload", () => kv.close());

async function kvPath(): Promise<string | undefined> {
  const variable = "DENO_KV_PATH";
  const { state } = await Deno.permissions.query({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/** Keeps a sign-in for as long as it may take. */
export async function keepOAuthSession(
  id: string,
  session: OAuthSession,
  expireIn: number,
): Promise<void> {
  await kv.set(["oauth_sessions", id], session, { expireIn });
}

/**
 * Takes a sign-in out of the store: it can be used once.
 *
 * Throws `Deno.errors.NotFound` for one that is not there.
 */
export async function takeOAuthSession(id: string): Promise<OAuthSession> {
  const key = ["oauth_sessions", id];
  const entry = await kv.get<OAuthSession>(key);
  if (entry.value === null) {
    throw new Deno.errors.NotFound("OAuth session not found");
  }

  const { ok } = await kv.atomic().check(entry).delete(key).commit();
  if (!ok) throw new Error("Failed to delete OAuth session");
  return entry.value;
}

/** Keeps a session of somebody who is signed in. */
export async function keepSiteSession(
  id: string,
  expireIn?: number,
): Promise<void> {
  await kv.set(["site_sessions", id], true, { expireIn });
}

/** Tells whether a session was begun here and not ended. */
export async function hasSiteSession(id: string): Promise<boolean> {
  const { value } = await kv.get<true>(["site_sessions", id]);
  return value !== null;
}

/** Ends a session. */
export async function dropSiteSession(id: string): Promise<void> {
  await kv.delete(["site_sessions", id]);
}
