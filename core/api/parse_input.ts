import type { z } from "zod";
import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";

/** Fields whose value a message repeats; a secret's is never among them. */
const SHOWN_FIELDS = new Set([
  "cursor",
  "email",
  "expiresAt",
  "force",
  "injection.kind",
  "injection.name",
  "limit",
  "maxConcurrent",
  "name",
  "period",
  "protocol",
  "server",
  "slug",
  "timeouts.connectSeconds",
  "timeouts.firstByteSeconds",
  "timeouts.idleSeconds",
  "timeouts.totalSeconds",
]);

/**
 * A value from outside as the type that its schema promises.
 *
 * Throws `invalid_input` for the first thing that is wrong, with the path of the
 * field. Of what was sent, only fields that cannot be secret are repeated.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(input);
  if (success) return data;

  const [issue] = error.issues;
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : issue.path;
  const field = path.join(".");
  throw refusal(
    "invalid_input",
    sentenceFor(issue, field, valueAt(input, path)),
    field,
  );
}

function sentenceFor(
  issue: z.core.$ZodIssue,
  field: string,
  value: unknown,
): string {
  if (field === "") {
    return "The body must be a JSON object with the fields of this request.";
  }
  if (issue.code === "unrecognized_keys") {
    return `There is no field ${quote(field)} here; leave it out, or check its spelling.`;
  }
  if (value === undefined) return `The field "${field}" is missing.`;

  const isShown = SHOWN_FIELDS.has(field) &&
    ["string", "number"].includes(typeof value);
  const shown = isShown ? ` is ${quote(String(value))}, which` : "";
  return `The field "${field}"${shown} ${reason(issue)}.`;
}

/** zod's own sentences begin with a capital; ours complete "The field …". */
function reason({ message }: z.core.$ZodIssue): string {
  if (message.startsWith("must ")) return message;
  return `is not valid (${message.replace(/^Invalid input: /, "")})`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
