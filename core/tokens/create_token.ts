import { newTokenId } from "../ids.ts";
import { findWorkspace, noWorkspace } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { parseExpiry } from "./parse_expiry.ts";
import type { CreatedToken, Token, TokenInput } from "./token.ts";
import type { TokenStore } from "./token_store.ts";
import { hashToken, newTokenText, visibleStart } from "./token_text.ts";
import { viewToken } from "./view_token.ts";

/**
 * Gives a person a token to a workspace. Its text is in this answer and nowhere else.
 *
 * Throws `not_found`, `invalid_input` for an expiry in the past, `limit_reached`.
 */
export async function createToken(
  deps: { workspaces: WorkspaceStore; tokens: TokenStore; now: () => Date },
  workspaceSlug: string,
  input: TokenInput,
): Promise<CreatedToken> {
  const workspace = await findWorkspace(deps, workspaceSlug);
  const now = deps.now();
  const text = newTokenText(input.name);

  const token: Token = {
    id: newTokenId(),
    workspaceId: workspace.id,
    name: input.name,
    email: input.email ?? null,
    hash: hashToken(text),
    visibleStart: visibleStart(text),
    createdAt: now.toISOString(),
    expiresAt: parseExpiry(input.expiresAt, now),
    revokedAt: null,
  };
  if (!await deps.tokens.add(token, now)) throw noWorkspace(workspaceSlug);

  return { ...viewToken(token, now), token: text };
}
