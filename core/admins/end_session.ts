import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { Admin } from "./admin.ts";
import type { AdminStore } from "./admin_store.ts";
import { isAtLeast } from "./role.ts";
import { isSamePerson, type Session } from "./session.ts";

interface Deps {
  admins: AdminStore;
  now: () => Date;
}

/**
 * Ends one session, at once on every process: one's own, or, for an owner, anybody's. Gives
 * whose it was. Throws `not_found`, which is also said of what is somebody else's.
 */
export async function endSession(
  deps: Deps,
  by: Actor,
  { admin, id }: { admin: Admin; id: string },
): Promise<Session> {
  const session = await findSession(deps, admin, id);
  await deps.admins.sessions.endById(by, id, deps.now());
  return session;
}

/**
 * Signs the person of a session out everywhere: oneself, or, for an owner, anybody. Gives who it
 * was and how many sessions they had. Throws `not_found`.
 */
export async function endSessionsOf(
  deps: Deps,
  by: Actor,
  { admin, id }: { admin: Admin; id: string },
): Promise<{ session: Session; ended: number }> {
  const session = await findSession(deps, admin, id);
  return { session, ended: await deps.admins.sessions.endAllOf(by, session, deps.now()) };
}

/** The sessions that this admin may see, the newest first: their own, or all for an owner. */
export async function listSessions(deps: Deps, admin: Admin): Promise<Session[]> {
  const all = await deps.admins.sessions.list(deps.now());
  if (isAtLeast(admin.role, "owner")) return all;
  const own = all.find(({ id }) => id === admin.id);
  return own === undefined ? [] : all.filter((session) => isSamePerson(session, own));
}

async function findSession(deps: Deps, admin: Admin, id: string): Promise<Session> {
  const sessions = await listSessions(deps, admin);
  const session = sessions.find((one) => one.id === id);
  if (session !== undefined) return session;
  throw refusal(
    "not_found",
    `There is no session ${quote(id)} that you could end; it may be over.`,
  );
}
