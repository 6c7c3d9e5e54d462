import { z } from "zod";

/** Fields with these names hold what is shown to nobody again. */
const SECRET_FIELDS = new Set(["value", "token", "password", "signingSecret"]);

/** What is shorter may be a part of any other text. */
const MIN_SECRET_CHARS = 6;

/** Names that would reach into an object's own machinery. */
const FORBIDDEN_PARTS = new Set(["__proto__", "prototype", "constructor"]);

interface Tree {
  [name: string]: string | string[] | Tree;
}

/**
 * The fields of a form as the object that a schema reads: `timeouts.totalSeconds` lies inside of
 * `timeouts`, and `kinds[]` is a list. The form's own fields `intent` and `of` are left out.
 */
export function inputOf(fields: URLSearchParams): Tree {
  const root: Tree = {};
  for (const [field, value] of fields) {
    if (field === "intent" || field === "of") continue;
    const isList = field.endsWith("[]");
    const parts = (isList ? field.slice(0, -2) : field).split(".");
    if (parts.some((part) => FORBIDDEN_PARTS.has(part))) continue;
    put(root, parts, value, isList);
  }
  return root;
}

function put(root: Tree, parts: readonly string[], value: string, isList: boolean): void {
  let tree = root;
  for (const part of parts.slice(0, -1)) {
    const next = tree[part];
    tree = typeof next === "object" && !Array.isArray(next) ? next : tree[part] = {};
  }
  const last = parts[parts.length - 1];
  const known = tree[last];
  if (isList) tree[last] = Array.isArray(known) ? [...known, value] : [value];
  else tree[last] = value;
}

/**
 * What was typed into a form, without what is shown to nobody again: not in its own field, and in
 * no other one that it came into by mistake.
 */
export function typedValues(fields: URLSearchParams): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  const secrets = [...fields].flatMap(([name, value]) => {
    return SECRET_FIELDS.has(name) && value.length >= MIN_SECRET_CHARS ? [value] : [];
  });
  const isShown = (value: string) => !secrets.some((secret) => value.includes(secret));
  for (const name of new Set(fields.keys())) {
    if (name === "intent" || name === "of" || SECRET_FIELDS.has(name)) continue;
    if (FORBIDDEN_PARTS.has(name)) continue;
    values[name] = fields.getAll(name).map((value) => isShown(value) ? value : "");
  }
  return values;
}

/** A checkbox: sent when it is checked, and otherwise not at all. */
export const Checked = z.literal("on").optional().transform((value) => value === "on");

/** A field that may be left empty: `undefined` then, and else what this schema makes of it. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => typeof value === "string" && value.trim() === "" ? undefined : value,
    schema.optional(),
  );
}

/** A number as a form sends it; what is none stays a text, for the schema to refuse. */
export function numeric<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) =>
      typeof value === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value,
    schema,
  );
}

/** One entry a line; empty lines say nothing. */
export const Lines = z.string().default("").transform((text) => {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
});
