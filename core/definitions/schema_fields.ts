import { isObject, type JsonObject } from "../mcp/message.ts";

/** One thing that a tool is given, as a person reads it. */
export interface SchemaField {
  /** With dots into objects and `[]` into lists: `filter.tags[]`. */
  name: string;
  /** In words of JSON Schema: `string`, `array of integer`, `"asc" | "desc"`. */
  type: string;
  isRequired: boolean;
  description: string | null;
  /** What else holds: `default "asc"`, `1 to 100`. */
  rules: string[];
}

/** The fields of a schema, and whether these are all. */
export interface SchemaFields {
  fields: SchemaField[];
  isAll: boolean;
}

const MAX_FIELDS = 100;
const MAX_DEPTH = 4;
/** The longest text that is made of a type or a rule. */
const MAX_CHARS = 200;

/**
 * What an input schema asks for, field by field, as far as it can be told without following
 * references. A server may have written anything; what is no schema has no fields.
 */
export function schemaFields(schema: unknown): SchemaFields {
  const fields: SchemaField[] = [];
  const isAll = isObject(schema) ? collect(fields, "", schema, 0) : true;
  return { fields, isAll };
}

/** Collects until there is no more room; `false` when something was left out. */
function collect(fields: SchemaField[], path: string, schema: JsonObject, depth: number): boolean {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  for (const [key, value] of Object.entries(properties)) {
    if (fields.length === MAX_FIELDS) return false;
    const name = path + key;
    const field = isObject(value) ? value : {};
    fields.push({
      name,
      type: typeOf(field),
      isRequired: required.includes(key),
      description: typeof field.description === "string" ? field.description : null,
      rules: rulesOf(field),
    });
    const inner = innerOf(field, name);
    if (inner === null) continue;
    if (depth === MAX_DEPTH) return false;
    if (!collect(fields, inner.path, inner.schema, depth + 1)) return false;
  }
  return true;
}

/** The object that is in a field: itself, or what its list is of. */
function innerOf(field: JsonObject, name: string): { path: string; schema: JsonObject } | null {
  if (isObject(field.properties)) return { path: `${name}.`, schema: field };
  const { items } = field;
  if (isObject(items) && isObject(items.properties)) {
    return { path: `${name}[].`, schema: items };
  }
  return null;
}

function typeOf(field: JsonObject, depth = 0): string {
  const { type, items, anyOf, oneOf } = field;
  if (Array.isArray(field.enum)) return cut(field.enum.map(json).join(" | "));
  if ("const" in field) return cut(json(field.const));
  if (type === "array" && isObject(items) && depth < MAX_DEPTH) {
    return cut(`array of ${typeOf(items, depth + 1)}`);
  }
  if (typeof type === "string") return cut(type);
  if (Array.isArray(type)) return cut(type.map(String).join(" | "));
  const variants = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;
  if (variants !== null && depth < MAX_DEPTH) {
    return cut(variants.map((one) => isObject(one) ? typeOf(one, depth + 1) : "any").join(" | "));
  }
  if (typeof field.$ref === "string") return cut(`see ${field.$ref}`);
  return isObject(field.properties) ? "object" : "any";
}

function rulesOf(field: JsonObject): string[] {
  const rules: string[] = [];
  const { format, pattern, minimum, maximum, minLength, maxLength } = field;
  if (typeof format === "string") rules.push(cut(`format ${format}`));
  if (typeof pattern === "string") rules.push(cut(`matches ${pattern}`));
  rules.push(...rangeOf(minimum, maximum, ""), ...rangeOf(minLength, maxLength, " characters"));
  if ("default" in field) rules.push(cut(`default ${json(field.default)}`));
  return rules;
}

function rangeOf(min: unknown, max: unknown, unit: string): string[] {
  const hasMin = typeof min === "number";
  const hasMax = typeof max === "number";
  if (hasMin && hasMax) return [`${min} to ${max}${unit}`];
  if (hasMin) return [`at least ${min}${unit}`];
  return hasMax ? [`at most ${max}${unit}`] : [];
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function cut(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS).toWellFormed()}…` : text;
}
