import type { z } from "zod";
import { GatewayError, refusal } from "../errors.ts";
import { parseInput } from "./parse_input.ts";

/** The largest body of an admin request. */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * The JSON body of a request as the type that its schema promises.
 *
 * Throws `unsupported_media_type`, `too_large`, `bad_request` and
 * `invalid_input`. No error repeats the body, which may hold a secret.
 */
export async function readInput<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const type = request.headers.get("content-type")?.split(";")[0].trim()
    .toLowerCase();
  if (type !== "application/json") {
    throw new GatewayError(
      "unsupported_media_type",
      "Cannot read body: not application/json",
    );
  }
  return parseInput(schema, parseJson(await readText(request)));
}

/** The same where a request may have no body, which says nothing. */
export async function readOptionalInput<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const isEmpty = request.body === null || request.headers.get("content-length") === "0";
  return isEmpty ? parseInput(schema, {}) : await readInput(request, schema);
}

/** The body of a request as text. Throws `too_large` once it passes 64 KiB. */
export async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    throw tooLarge();
  }

  const decoder = new TextDecoder();
  let sizeBytes = 0;
  let text = "";
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The parser's own message quotes the text, so it stays here. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal("bad_request", "The body is not JSON; send one JSON object.");
  }
}

function tooLarge(): GatewayError {
  return refusal(
    "too_large",
    `The body is larger than ${MAX_BODY_BYTES / 1024} KiB, the most that is read here.`,
  );
}
