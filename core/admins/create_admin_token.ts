import type { Actor } from "../audit/actor.ts";
import { newAdminTokenId } from "../ids.ts";
import { parseExpiry } from "../tokens/parse_expiry.ts";
import { hashToken, newAdminTokenText, visibleStart } from "../tokens/token_text.ts";
import type { AdminToken, AdminTokenInput, AdminTokenView, CreatedAdminToken } from "./admin.ts";
import type { AdminStore } from "./admin_store.ts";

/**
 * Makes an admin's token for the CLI. Its text is in this answer and nowhere else.
 *
 * Throws `invalid_input` for an expiry in the past, and `limit_reached`.
 */
export async function createAdminToken(
  deps: { admins: AdminStore; now: () => Date },
  by: Actor,
  input: AdminTokenInput,
): Promise<CreatedAdminToken> {
  const now = deps.now();
  const text = newAdminTokenText();

  const token: AdminToken = {
    id: newAdminTokenId(),
    name: input.name,
    role: input.role ?? "admin",
    hash: hashToken(text),
    visibleStart: visibleStart(text),
    createdAt: now.toISOString(),
    expiresAt: parseExpiry(input.expiresAt, now),
  };
  await deps.admins.tokens.add(by, token);

  return { ...viewAdminToken(token), token: text };
}

/** An admin token as lists show it: without its hash. */
export function viewAdminToken(
  { hash: _, ...view }: AdminToken,
): AdminTokenView {
  return view;
}
