import type { JsonObject } from "../mcp/message.ts";
import type { FormField, ListField, ScalarField } from "./form_field.ts";
import { readScalar } from "./read_scalar.ts";

/** What a form says, or what is wrong with it, by field. */
export interface ReadArguments {
  args: JsonObject;
  problems: Record<string, string>;
}

/** What one field says; `absent` where nothing was filled in, which is no fault. */
type Said = { value: unknown } | "absent" | "wrong";

/** Makes the arguments that a form sends, each value as its schema has it. */
export function readArguments(
  fields: readonly FormField[],
  sent: URLSearchParams,
): ReadArguments {
  const problems: Record<string, string> = {};
  const said = readFields(fields, sent, problems);
  return { args: said ?? {}, problems };
}

/** The arguments that a text of JSON says. */
export function readJsonArguments(text: string): JsonObject | string {
  const value = parseJson(text.trim() === "" ? "{}" : text);
  if (value === undefined) return "This is not JSON: look for quotes, commas and brackets.";
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { ...value } : "Arguments are one JSON object, in braces.";
}

/** `null` where nothing at all was filled in. */
function readFields(
  fields: readonly FormField[],
  sent: URLSearchParams,
  problems: Record<string, string>,
): JsonObject | null {
  const entries: [string, unknown][] = [];
  for (const field of fields) {
    const said = readField(field, sent, problems);
    if (typeof said === "object") entries.push([field.key, said.value]);
  }
  // A property may have any name, also "__proto__": this makes it one of the object's own.
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function readField(
  field: FormField,
  sent: URLSearchParams,
  problems: Record<string, string>,
): Said {
  switch (field.kind) {
    case "group": {
      const inside: Record<string, string> = {};
      const value = readFields(field.fields, sent, inside);
      const isEmpty = !field.fields.some((one) => isTouched(one, sent));
      if (isEmpty && !field.isRequired) return "absent";
      if (isEmpty && field.isNullable) return { value: null };
      Object.assign(problems, inside);
      return Object.keys(inside).length > 0 ? "wrong" : { value: value ?? {} };
    }
    case "list":
      return readList(field, sent, problems);
    case "json":
      return readJson(field, sent, problems);
    default:
      return readOne(field, sent, problems);
  }
}

function readOne(
  field: ScalarField,
  sent: URLSearchParams,
  problems: Record<string, string>,
): Said {
  const text = sent.get(field.id) ?? "";
  if (text === "") return missing(field, problems);
  const said = readScalar(field, text);
  if ("problem" in said) return wrong(field, said.problem, problems);
  return said;
}

function readList(
  field: ListField,
  sent: URLSearchParams,
  problems: Record<string, string>,
): Said {
  const texts = sent.getAll(field.id).filter((text) => text !== "");
  const { minItems, maxItems } = field;
  if (texts.length === 0) {
    if (!field.isRequired) return "absent";
    if (field.isNullable) return { value: null };
  }
  if (minItems !== null && texts.length < minItems) {
    return wrong(field, `Fill in at least ${minItems}.`, problems);
  }
  if (maxItems !== null && texts.length > maxItems) {
    return wrong(field, `Fill in at most ${maxItems}.`, problems);
  }

  const value: unknown[] = [];
  for (const [at, text] of texts.entries()) {
    const said = readScalar(field.item, text);
    if ("problem" in said) return wrong(field, `Entry ${at + 1}: ${said.problem}`, problems);
    value.push(said.value);
  }
  return { value };
}

function readJson(
  field: FormField,
  sent: URLSearchParams,
  problems: Record<string, string>,
): Said {
  const text = sent.get(field.id) ?? "";
  if (text.trim() === "") return missing(field, problems);
  const value = parseJson(text);
  return value === undefined
    ? wrong(field, 'This is not JSON: a text has quotes, "like this".', problems)
    : { value };
}

function missing(field: FormField, problems: Record<string, string>): Said {
  if (!field.isRequired) return "absent";
  if (field.isNullable) return { value: null };
  return wrong(field, "Fill this in; the tool needs it.", problems);
}

function wrong(field: FormField, problem: string, problems: Record<string, string>): "wrong" {
  problems[field.id] = problem;
  return "wrong";
}

function isTouched(field: FormField, sent: URLSearchParams): boolean {
  if (field.kind === "group") return field.fields.some((one) => isTouched(one, sent));
  return sent.getAll(field.id).some((text) => text !== "");
}

/** What a text says in JSON; `undefined` where it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
