import type { Actor } from "../audit/actor.ts";
import type { MemberSessionStore } from "../sessions/member_session_store.ts";
import { tokenStatus } from "../tokens/token.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { noMember } from "./find_member.ts";
import { memberEmail, type Offboarding } from "./member.ts";
import type { MemberStore } from "./member_store.ts";
import { viewMemberTokens } from "./view_member.ts";

/** What offboarding needs. */
interface Deps {
  members: MemberStore;
  memberSessions: MemberSessionStore;
  workspaces: WorkspaceStore;
  now: () => Date;
}

/**
 * Ends a person's access to every workspace, all at once: once this has resolved, none of
 * their tokens is accepted on any process.
 *
 * The secrets of their own that they had set go in the same commit. Again, it ends what was
 * made since, or nothing. Throws `not_found` for an e-mail address that never had a token.
 */
export async function offboardMember(deps: Deps, by: Actor, email: string): Promise<Offboarding> {
  const now = deps.now();
  const taken = await deps.members.offboard(by, email, now);
  if (taken === null) throw noMember(email);

  await deps.memberSessions.forget(taken.tokens.map(({ id }) => id));
  const active = taken.tokens.filter((token) => tokenStatus(token, now) === "active");
  const revoked = await viewMemberTokens(deps, active);
  return { email: memberEmail(email), revoked, secretsRemoved: taken.secrets };
}
