import { z } from "zod";
import { TokenId, WorkspaceId } from "../ids.ts";
import { TokenLimits, TokenLimitsChange } from "../limits/limits.ts";
import { policyFrom, ToolPolicy, ToolPolicyInput } from "../policies/tool_policy.ts";

/** What an admin says to give a person a token. */
export const TokenInput = z.strictObject({
  /** The person's name, such as `Alice Chen`. */
  name: z.string().trim().min(1, "must have 1 to 100 characters")
    .max(100, "must have 1 to 100 characters"),
  email: z.email("must be an e-mail address").max(254).optional(),
  /** When it stops working; ISO 8601 with an offset or `Z`. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  /** Which tools it shows, at every server; `null` = all that the workspace shows. */
  policy: ToolPolicyInput.nullable().transform(policyFrom).optional(),
  /** How much it may do, in place of what its workspace says of every token. */
  limits: TokenLimitsChange.optional(),
});
export type TokenInput = z.infer<typeof TokenInput>;

/** What an admin changes of a token; what is left out stays as it is. */
export const TokenChange = TokenInput.pick({ policy: true, limits: true });
export type TokenChange = z.infer<typeof TokenChange>;

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
  policy: ToolPolicy.nullable(),
  limits: TokenLimits,
  /** That an admin tries tools with it; it is nobody's, and leaves the store when it is over. */
  playground: z.literal(true).optional(),
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
  policy: ToolPolicy.nullable(),
  limits: TokenLimits,
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
