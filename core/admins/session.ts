import { z } from "zod";
import { AdminSessionId } from "../ids.ts";
import { SealedValue } from "../secrets/secret.ts";
import type { Admin } from "./admin.ts";
import { Role } from "./role.ts";

/** How long a sign-in to the dashboard lasts. */
export const SESSION_HOURS = 12;

/** What GitHub said of somebody who signed in by it. */
export const GitHubSignIn = z.object({
  /** Of the account; stays when its login changes. */
  userId: z.number().int(),
  /** By which rule they are let in: `AEROSTACK_ADMINS`, `acme`, `acme/platform`. */
  rule: z.string(),
  /** Stands for all rules that there were at the last check. */
  rulesHash: z.string(),
  /** When GitHub last said so, and when it was last asked. */
  checkedAt: z.iso.datetime(),
  triedAt: z.iso.datetime(),
});
export type GitHubSignIn = z.infer<typeof GitHubSignIn>;

/** Somebody who is signed in to the dashboard, as it is stored. */
export const Session = z.object({
  id: AdminSessionId,
  /** The login at GitHub, or the name on the link. */
  name: z.string(),
  role: Role,
  /** `null` in sessions of an older version. */
  beganAt: z.iso.datetime().nullable().default(null),
  expiresAt: z.iso.datetime(),
  /** `null` for who came by a link. */
  gitHub: GitHubSignIn.nullable().default(null),
  /** The access token, sealed; GitHub is asked again with it. */
  sealed: SealedValue.nullable().default(null),
});
export type Session = z.infer<typeof Session>;

/** A session as the dashboard shows it. */
export type SessionView = Omit<Session, "sealed">;

/** Who acts in a session. */
export function adminOf({ id, name, role }: Session): Admin {
  return { kind: "session", id, name, role };
}

/** A session without what is sealed in it. */
export function viewSession({ sealed: _, ...view }: Session): SessionView {
  return view;
}

/**
 * Whether two sessions are the same person's: of one account at GitHub, or by links that say
 * the same of whom they are for.
 */
export function isSamePerson(a: SessionView, b: SessionView): boolean {
  if (a.gitHub !== null && b.gitHub !== null) return a.gitHub.userId === b.gitHub.userId;
  return a.gitHub === b.gitHub && a.name === b.name && a.role === b.role;
}

/** Whether a session ended by its time. */
export function isOver({ expiresAt }: { expiresAt: string }, now: Date): boolean {
  return Date.parse(expiresAt) <= now.getTime();
}

/** How long a session still lasts, in milliseconds; at least one. */
export function untilEnd({ expiresAt }: { expiresAt: string }, now: Date): number {
  return Math.max(1, Date.parse(expiresAt) - now.getTime());
}
