import { z } from "zod";

/** How many bytes of a call's arguments are kept, unless an owner says otherwise. */
export const DEFAULT_MAX_ARGUMENT_BYTES = 2_048;

const BYTES = "must be a whole number from 256 to 16384";
const PATTERN = "must have 1 to 200 characters";

/** How arguments of calls are kept; a workspace without this keeps none. */
export const ArgumentLogging = z.object({
  /** The most that is kept of one call's arguments, as JSON. */
  maxBytes: z.number().int().min(256).max(16_384),
  /**
   * What is redacted besides what always is: globs over the names that lead to a value,
   * `user.email`, or over its own name alone.
   */
  redact: z.array(z.string()),
});
export type ArgumentLogging = z.infer<typeof ArgumentLogging>;

/** How an owner wants arguments to be kept; what is left out stays as it is. */
export const ArgumentLoggingInput = z.strictObject({
  maxBytes: z.number(BYTES).int(BYTES).min(256, BYTES).max(16_384, BYTES).optional(),
  redact: z.array(
    z.string(PATTERN).trim().min(1, PATTERN).max(200, PATTERN),
  ).max(50, "must have at most 50 patterns").optional(),
});
export type ArgumentLoggingInput = z.infer<typeof ArgumentLoggingInput>;

/** What is kept from now on. */
export function withLogging(
  stored: ArgumentLogging | null,
  { maxBytes, redact }: ArgumentLoggingInput,
): ArgumentLogging {
  return {
    maxBytes: maxBytes ?? stored?.maxBytes ?? DEFAULT_MAX_ARGUMENT_BYTES,
    redact: redact ?? stored?.redact ?? [],
  };
}

/** The rule as a sentence fragment, for lists and pages. */
export function describeArgumentLogging(logging: ArgumentLogging | null): string {
  if (logging === null) return "not kept";
  const { maxBytes, redact } = logging;
  const also = redact.length === 0 ? "" : ` and ${redact.join(", ")}`;
  return `kept without secrets${also}, at most ${maxBytes} bytes a call`;
}
