import type { Actor } from "../audit/actor.ts";
import { withChange } from "../limits/limits.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { findToken, noToken } from "./find_token.ts";
import type { TokenChange, TokenView } from "./token.ts";
import type { TokenStore } from "./token_store.ts";
import { viewToken } from "./view_token.ts";

/**
 * Changes what a token shows and how much it may do, from the next call on.
 *
 * Throws `not_found`, and `conflict` when a start fits several tokens.
 */
export async function updateToken(
  deps: { workspaces: WorkspaceStore; tokens: TokenStore; now: () => Date },
  by: Actor,
  workspaceSlug: string,
  which: string,
  { policy, limits }: TokenChange,
): Promise<TokenView> {
  const workspace = await findWorkspace(deps, workspaceSlug);
  const token = await findToken(deps, workspace, which);
  const changed = await deps.tokens.update(
    by,
    token,
    (stored) => ({
      ...stored,
      policy: policy === undefined ? stored.policy : policy,
      limits: withChange(stored.limits, limits),
    }),
  );
  if (changed === null) throw noToken(workspaceSlug, which);
  return viewToken(changed, deps.now());
}
