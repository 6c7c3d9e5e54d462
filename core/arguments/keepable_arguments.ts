import { Buffer } from "node:buffer";
import { parseExact } from "../mcp/exact_json.ts";
import type { ArgumentLogging } from "./argument_logging.ts";
import { fitJson } from "./fit_json.ts";
import { redactArguments } from "./redact_arguments.ts";
import { REDACTED } from "./redact_text.ts";

/** Arguments that are longer are not looked through; their size is all that is kept. */
const MAX_SEARCHED_BYTES = 256 * 1024;

/**
 * What is kept of a call's arguments: JSON in UTF-8, of at most `maxBytes`, without secrets.
 *
 * `withoutValues` takes out of a JSON text what the call's server was given. That comes
 * first, of the whole text, so that nothing is cut or written anew before it.
 */
export function keepableArguments(
  args: unknown,
  { maxBytes, redact }: ArgumentLogging,
  withoutValues: (json: Uint8Array) => Uint8Array,
): Uint8Array {
  const json = Buffer.from(JSON.stringify(args ?? null));
  if (json.length > MAX_SEARCHED_BYTES) return Buffer.from(tooLong(json.length));
  const clean = parsed(withoutValues(json));
  return Buffer.from(fitJson(redactArguments(clean, redact), maxBytes));
}

function parsed(json: Uint8Array): unknown {
  try {
    return parseExact(new TextDecoder().decode(json));
  } catch {
    // A value was written across what makes it JSON.
    return REDACTED;
  }
}

function tooLong(sizeBytes: number): string {
  return JSON.stringify(`[cut: ${sizeBytes} bytes, more than the ${MAX_SEARCHED_BYTES} looked at]`);
}
