import type { z } from "zod";
import { refusal } from "../errors.ts";
import { parseInput } from "./parse_input.ts";
import { readText } from "./read_input.ts";

/**
 * The fields of a submitted form as the type that their schema promises.
 *
 * Throws `unsupported_media_type`, `too_large` and `invalid_input`.
 */
export async function readForm<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseInput(schema, Object.fromEntries(await readFields(request)));
}

/** The fields of a submitted form. Throws `unsupported_media_type` and `too_large`. */
export async function readFields(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw refusal(
      "unsupported_media_type",
      "Only forms are read here: send application/x-www-form-urlencoded.",
    );
  }
  return new URLSearchParams(await readText(request));
}
