import { STATUS_CODES } from "node:http";
import { HttpError } from "./error.ts";

/**
 * The plain answer to an error that no page of the app has shown.
 *
 * Anything but an {@linkcode HttpError} is told to the log alone.
 */
export function answerError(error: unknown): Response {
  if (!(error instanceof HttpError)) {
    console.error(error);
    return new Response("Internal server error", { status: 500 });
  }

  if (error.status >= 500) console.error(error);
  const message = error.message || STATUS_CODES[error.status];
  return new Response(message, { status: error.status });
}
