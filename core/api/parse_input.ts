import type { z } from "zod";
import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";

/** Fields whose value a message repeats, in any place of a list; a secret's is none of them. */
const SHOWN_FIELDS = new Set([
  "add.kind",
  "add.name",
  "action",
  "actor",
  "by",
  "cursor",
  "email",
  "errorRule.minCalls",
  "errorRule.percent",
  "errorRule.windowMinutes",
  "expiresAt",
  "expect",
  "force",
  "format",
  "from",
  "kind",
  "kinds",
  "limit",
  "limits.callsPerMinutePerTool",
  "limits.concurrentCalls",
  "limits.concurrentCallsPerToken",
  "limits.requestsPerMinute",
  "limits.requestsPerMinutePerToken",
  "maxBytes",
  "maxConcurrent",
  "name",
  "onChange",
  "onLeak",
  "overlapHours",
  "period",
  "protocol",
  "remove.kind",
  "remove.name",
  "rules.kind",
  "rules.name",
  "role",
  "server",
  "slug",
  "state",
  "subject",
  "timeouts.connectSeconds",
  "timeouts.firstByteSeconds",
  "timeouts.idleSeconds",
  "timeouts.totalSeconds",
  "webhook",
  "workspaces",
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
  const path = pathOf(issue);
  const field = path.join(".");
  throw refusal(
    "invalid_input",
    sentenceFor(issue, field, valueAt(input, path)),
    field,
  );
}

/**
 * The fields of a form as the type that its schema promises, or what is wrong with each, in a
 * sentence that stands beside it. The sentences repeat no value: what was typed is still in its
 * field.
 */
export function readFormInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): { value: z.output<Schema> } | { problems: Record<string, string> } {
  const { success, data, error } = schema.safeParse(input);
  if (success) return { value: data };

  const problems: Record<string, string> = {};
  for (const issue of error.issues) {
    const path = pathOf(issue);
    const value = typedAt(input, path);
    const isEmpty = value === undefined || value === "";
    const sentence = isEmpty && issue.code !== "unrecognized_keys"
      ? "Fill this in."
      : `It ${reason(issue)}.`;
    problems[path.join(".")] ??= sentence;
  }
  return { problems };
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

  const isShown = SHOWN_FIELDS.has(field.replaceAll(/\.\d+/g, "")) &&
    ["string", "number"].includes(typeof value);
  const shown = isShown ? ` is ${quote(String(value))}, which` : "";
  return `The field "${field}"${shown} ${reason(issue)}.`;
}

/** zod's own sentences begin with a capital; ours complete "The field …". */
function reason({ message }: z.core.$ZodIssue): string {
  if (message.startsWith("must ")) return message;
  return `is not valid (${message.replace(/^Invalid input: /, "")})`;
}

/** Where an issue is: what should not be there counts as a field, too. */
function pathOf(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : issue.path;
}

/** What stands in a field, also where its text was read as a list and one entry is wrong. */
function typedAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return follow(input, path).value;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  const { value, isWhole } = follow(input, path);
  return isWhole ? value : undefined;
}

/** What a path leads to, or the last thing on it, which has nothing inside. */
function follow(
  input: unknown,
  path: readonly PropertyKey[],
): { value: unknown; isWhole: boolean } {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return { value, isWhole: false };
    value = Reflect.get(value, part);
  }
  return { value, isWhole: true };
}
