import type { LookUpCosts } from "../limits/look_up_costs.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { type Token, tokenStatus } from "./token.ts";
import type { TokenStore } from "./token_store.ts";
import { hashToken, isWellFormed } from "./token_text.ts";

interface Deps {
  tokens: TokenStore;
  workspaces: WorkspaceStore;
  lookUps: LookUpCosts;
  now: () => Date;
}

/**
 * Whose token this `Authorization` header has; `null` when it opens nothing now.
 *
 * A token of a workspace that is gone or disabled opens nothing. `address` is the client's,
 * from where not too many may be tried. Throws `too_many`.
 */
export async function authenticateMember(
  deps: Deps,
  header: string | null,
  address: string | null = null,
): Promise<Token | null> {
  const bearer = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? "")?.[1];
  if (bearer === undefined || !isWellFormed(bearer, "mwt")) return null;

  const hash = hashToken(bearer);
  return await deps.lookUps.run(address, `member ${hash}`, () => findMember(deps, hash));
}

async function findMember(deps: Deps, hash: string): Promise<Token | null> {
  const token = await deps.tokens.findByHash(hash);
  if (token === null || tokenStatus(token, deps.now()) !== "active") return null;
  const workspace = await deps.workspaces.get(token.workspaceId);
  return workspace === null || workspace.disabledAt !== null ? null : token;
}
