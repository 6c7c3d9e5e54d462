import { HttpError } from "fresh";
import { errorBody } from "../../../core/api/error_body.ts";
import { asGatewayError, GatewayError, refusal } from "../../../core/errors.ts";

/** An error as a response; the one place that gives the admin API's errors their shape. */
export function errorAnswer(
  error: GatewayError,
  headers: HeadersInit = {},
): Response {
  const all = new Headers(headers);
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds !== null) all.set("retry-after", String(retryAfterSeconds));
  return Response.json(errorBody(error), { status: error.status, headers: all });
}

/** Anything that was thrown on the way, as an error of ours. */
export function toGatewayError(error: unknown, path: string): GatewayError {
  if (!(error instanceof HttpError)) return asGatewayError(error);
  if (error.status === 403) return new GatewayError("forbidden_origin", error.message);
  if (error.status === 404) return nothingAt(path);
  if (error.status === 405) {
    return new GatewayError("method_not_allowed", error.message);
  }
  return new GatewayError("internal", error.message, { cause: error });
}

/** What is said about a path that the API does not have. */
export function nothingAt(path: string): GatewayError {
  return refusal(
    "not_found",
    `There is nothing at ${path.slice(0, 200)}; GET /api/v1/openapi.json says what there is.`,
  );
}
