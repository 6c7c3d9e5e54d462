import { isObject, type JsonObject } from "../mcp/message.ts";

/** A schema without detours: references followed, and what may be null said apart. */
export interface SimpleSchema {
  schema: JsonObject;
  isNullable: boolean;
}

/** So many references are followed in a row. */
const MAX_HOPS = 8;

/** Words of a schema that no field of a form stands for. */
const BEYOND = ["not", "if", "dependentSchemas", "patternProperties", "prefixItems", "contains"];

/**
 * A schema as a form can take it; `null` for one that says more than a form can.
 *
 * References lead only into the tool's own schema: nothing is ever fetched.
 */
export function simpleSchema(value: unknown, root: JsonObject, hops = 0): SimpleSchema | null {
  if (!isObject(value) || hops > MAX_HOPS) return null;
  if (BEYOND.some((word) => word in value)) return null;

  if (typeof value.$ref === "string") {
    const { $ref, ...rest } = value;
    const target = follow($ref, root);
    return target === null ? null : simpleSchema({ ...target, ...rest }, root, hops + 1);
  }
  const branches = [value.anyOf, value.oneOf, value.allOf].filter((one) => one !== undefined);
  if (branches.length > 1) return null;
  if (Array.isArray(value.allOf)) return onlyOf("allOf", value, value.allOf, root, hops);
  if (Array.isArray(value.anyOf)) return oneOf("anyOf", value, value.anyOf, root, hops);
  if (Array.isArray(value.oneOf)) return oneOf("oneOf", value, value.oneOf, root, hops);
  return typed(value);
}

/** Several alternatives: one beside null, or nothing but fixed values. */
function oneOf(
  word: string,
  schema: JsonObject,
  alternatives: readonly unknown[],
  root: JsonObject,
  hops: number,
): SimpleSchema | null {
  const others = alternatives.filter((one) => !isNull(one));
  const isNullable = others.length < alternatives.length;
  if (others.length > 0 && others.every((one) => isObject(one) && "const" in one)) {
    const { [word]: _, ...rest } = schema;
    const titles = others.map((one) => isObject(one) ? one.title ?? null : null);
    const values = others.map((one) => isObject(one) ? one.const : null);
    return { schema: { ...rest, enum: values, enumNames: titles }, isNullable };
  }
  const found = onlyOf(word, schema, others, root, hops);
  return found === null ? null : { ...found, isNullable: found.isNullable || isNullable };
}

/** The one schema of a list of one, with what stands beside the list. */
function onlyOf(
  word: string,
  schema: JsonObject,
  alternatives: readonly unknown[],
  root: JsonObject,
  hops: number,
): SimpleSchema | null {
  const [only] = alternatives;
  if (alternatives.length !== 1 || !isObject(only)) return null;
  const { [word]: _, ...rest } = schema;
  return simpleSchema({ ...only, ...rest }, root, hops + 1);
}

/** `["string", "null"]` is a text that may be null; other lists of types are beyond a form. */
function typed(schema: JsonObject): SimpleSchema | null {
  if (!Array.isArray(schema.type)) return { schema, isNullable: false };
  const types = schema.type.filter((type) => type !== "null");
  if (types.length !== 1) return null;
  return { schema: { ...schema, type: types[0] }, isNullable: types.length < schema.type.length };
}

function isNull(schema: unknown): boolean {
  return isObject(schema) &&
    (schema.type === "null" || ("const" in schema && schema.const === null));
}

/** What a reference such as `#/$defs/Colour` names; `null` for any that leads elsewhere. */
function follow(reference: string, root: JsonObject): JsonObject | null {
  if (!reference.startsWith("#/")) return null;
  let place: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isObject(place) || !Object.hasOwn(place, key)) return null;
    place = place[key];
  }
  return isObject(place) ? place : null;
}
