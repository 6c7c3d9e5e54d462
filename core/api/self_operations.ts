import { BODY_ERRORS, type Operation } from "./operation.ts";

/** What members do with their own tokens. */
export const SELF_OPERATIONS: readonly Operation[] = [
  {
    method: "GET",
    path: "/me",
    role: "member",
    summary: "Whose token this is, and which secrets are theirs to set",
    answers: { 200: "SelfView" },
    errors: [],
  },
  {
    method: "PUT",
    path: "/me/secrets/{server}/{name}",
    role: "member",
    summary: "Set a secret of one's own, from the next call on",
    body: "MemberSecretInput",
    answers: { 204: null },
    errors: [...BODY_ERRORS, "not_found", "conflict", "limit_reached", "rate_limited"],
  },
  {
    method: "DELETE",
    path: "/me/secrets/{server}/{name}",
    role: "member",
    summary: "Remove a secret of one's own, from the next call on",
    answers: { 204: null },
    errors: ["invalid_input", "not_found", "conflict", "rate_limited"],
  },
];
