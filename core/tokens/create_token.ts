import type { Actor } from "../audit/actor.ts";
import { newTokenId, tokenIdFrom } from "../ids.ts";
import { NO_TOKEN_LIMITS, withChange } from "../limits/limits.ts";
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
 * With a `formId`, the same form makes one token, however often it is sent. Throws `not_found`,
 * `invalid_input` for an expiry in the past, `limit_reached`, and `conflict` for a form that has
 * made its token.
 */
export async function createToken(
  deps: { workspaces: WorkspaceStore; tokens: TokenStore; now: () => Date },
  by: Actor,
  workspaceSlug: string,
  input: TokenInput,
  formId?: string,
): Promise<CreatedToken> {
  const workspace = await findWorkspace(deps, workspaceSlug);
  const now = deps.now();
  const text = newTokenText(input.name);

  const token: Token = {
    // No form can ask for an id that some token has elsewhere.
    id: formId === undefined ? newTokenId() : tokenIdFrom(`${workspace.id} ${formId}`),
    workspaceId: workspace.id,
    name: input.name,
    email: input.email ?? null,
    hash: hashToken(text),
    visibleStart: visibleStart(text),
    createdAt: now.toISOString(),
    expiresAt: parseExpiry(input.expiresAt, now),
    revokedAt: null,
    policy: input.policy ?? null,
    limits: withChange(NO_TOKEN_LIMITS, input.limits),
  };
  if (!await deps.tokens.add(by, token, now)) throw noWorkspace(workspaceSlug);

  return { ...viewToken(token, now), token: text };
}
