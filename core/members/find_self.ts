import type { LookUpCosts } from "../limits/look_up_costs.ts";
import { type Token, tokenStatus } from "../tokens/token.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { hashToken } from "../tokens/token_text.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { SelfSessionStore } from "./self_session_store.ts";

interface Deps {
  selfSessions: SelfSessionStore;
  tokens: TokenStore;
  workspaces: WorkspaceStore;
  lookUps: LookUpCosts;
  now: () => Date;
}

/**
 * Whose token a session of a member's own page was begun with, while that token opens its
 * workspace: the session ends with it. Else `null`.
 *
 * `address` is the client's, from where not too many may be tried. Throws `too_many`.
 */
export async function findSelf(
  deps: Deps,
  text: string,
  address: string | null = null,
): Promise<Token | null> {
  const id = `self ${hashToken(text)}`;
  return await deps.lookUps.run(address, id, () => lookUp(deps, text));
}

async function lookUp(deps: Deps, text: string): Promise<Token | null> {
  const now = deps.now();
  const signedIn = await deps.selfSessions.find(text, now);
  if (signedIn === null) return null;

  const [token, workspace] = await Promise.all([
    deps.tokens.get(signedIn.workspaceId, signedIn.id),
    deps.workspaces.get(signedIn.workspaceId),
  ]);
  const isGood = token !== null && tokenStatus(token, now) === "active" &&
    workspace !== null && workspace.disabledAt === null;
  return isGood ? token : null;
}
