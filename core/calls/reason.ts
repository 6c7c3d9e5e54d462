import { asGatewayError, type ErrorCode } from "../errors.ts";
import type { Reason } from "./call.ts";

/** What a record says of each failure that the product knows. */
const REASONS: Record<ErrorCode, Reason> = {
  bad_request: "invalid_request",
  invalid_input: "invalid_input",
  header_mismatch: "header_mismatch",
  unauthorized: "access_ended",
  forbidden_origin: "forbidden",
  forbidden: "forbidden",
  not_found: "not_found",
  method_not_allowed: "method_not_allowed",
  not_acceptable: "not_acceptable",
  conflict: "conflict",
  slug_taken: "conflict",
  secret_missing: "secret_missing",
  in_use: "conflict",
  too_large: "too_large",
  unsupported_media_type: "unsupported_media_type",
  limit_reached: "too_many",
  too_many: "too_many",
  rate_limited: "rate_limited",
  internal: "internal",
  upstream_failed: "upstream_failed",
  server_disabled: "server_disabled",
  upstream_timeout: "upstream_timeout",
  shutting_down: "shutting_down",
};

/** Why something failed, in the words of the record: by its code alone. */
export function reasonOf(error: unknown): Reason {
  return REASONS[asGatewayError(error).code];
}
