import { type Token, tokenStatus, type TokenView } from "./token.ts";

/** A token as lists show it: without its hash. */
export function viewToken(token: Token, now: Date): TokenView {
  return {
    id: token.id,
    name: token.name,
    email: token.email,
    visibleStart: token.visibleStart,
    status: tokenStatus(token, now),
    createdAt: token.createdAt,
    expiresAt: token.expiresAt,
    revokedAt: token.revokedAt,
    policy: token.policy,
    limits: token.limits,
  };
}
