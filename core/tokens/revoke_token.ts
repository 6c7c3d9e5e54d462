import type { Actor } from "../audit/actor.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { MemberSessionStore } from "../sessions/member_session_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { findToken, noToken } from "./find_token.ts";
import type { TokenView } from "./token.ts";
import type { TokenStore } from "./token_store.ts";
import { viewToken } from "./view_token.ts";

interface Deps {
  workspaces: WorkspaceStore;
  tokens: TokenStore;
  memberSessions: MemberSessionStore;
  now: () => Date;
}

/**
 * Revokes the token that an id, its visible start, or its whole text means.
 *
 * Revoking again changes nothing. Throws `not_found`, and `conflict` when a start
 * fits several tokens.
 */
export async function revokeToken(
  deps: Deps,
  by: Actor,
  workspaceSlug: string,
  which: string,
): Promise<TokenView> {
  const workspace = await findWorkspace(deps, workspaceSlug);
  const token = await findToken(deps, workspace, which);
  const now = deps.now();
  const revoked = await deps.tokens.revoke(by, token, now);
  if (revoked === null) throw noToken(workspaceSlug, which);
  await deps.memberSessions.forget([revoked.id]);
  return viewToken(revoked, now);
}
