import { z } from "zod";
import { TokenId, WorkspaceId } from "../ids.ts";

/** What an admin says to give a person a token. */
export const TokenInput = z.strictObject({
  /** The person's name, such as `Alice Chen`. */
  name: z.string().trim().min(1, "must have 1 to 100 characters")
    .max(100, "must have 1 to 100 characters"),
  email: z.email("must be an e-mail address").max(254).optional(),
  /** When it stops working; ISO 8601 with an offset or `Z`. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export type TokenInput = z.infer<typeof TokenInput>;

/** One person's key to one workspace, as it is stored; never the token itself. */
export const Token = z.object({
  id: TokenId,
  workspaceId: WorkspaceId,
  name: z.string(),
  email: z.string().nullable(),
  /** SHA-256 of the token, hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The first characters, to recognise it by: `mwt_alice_Ab3d`. */
  visibleStart: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});
export type Token = z.infer<typeof Token>;

/** A token as lists show it. */
export const TokenView = z.object({
  id: TokenId,
  name: z.string(),
  email: z.string().nullable(),
  visibleStart: z.string(),
  status: z.enum(["active", "expired", "revoked"]),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
export type TokenView = z.infer<typeof TokenView>;

/** The one answer that holds the token itself. */
export const CreatedToken = TokenView.extend({ token: z.string() });
export type CreatedToken = z.infer<typeof CreatedToken>;

/** Whether a token opens its workspace at `now`, or why it does not. */
export function tokenStatus(token: Token, now: Date): TokenView["status"] {
  if (token.revokedAt !== null) return "revoked";
  if (token.expiresAt === null) return "active";
  return Date.parse(token.expiresAt) > now.getTime() ? "active" : "expired";
}
