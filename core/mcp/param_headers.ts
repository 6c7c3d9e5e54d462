import { encodeHeaderValue } from "./header_values.ts";
import { isObject, type JsonObject } from "./message.ts";

/** A parameter that a tool wants mirrored into a header. */
export interface ParamHeader {
  /** The part after `Mcp-Param-`. */
  name: string;
  /** Property names from the arguments' root to the value. */
  path: readonly string[];
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PRIMITIVES = ["string", "integer", "boolean"];
const MAX_DEPTH = 32;

/**
 * Finds the `x-mcp-header` annotations of an input schema (2026-07-28, Streamable
 * HTTP, Schema Extension).
 *
 * Returns `null` when one of them breaks the rules, which makes the whole tool
 * definition invalid: not a header token, named twice, on a parameter that is no
 * string, integer or boolean, or not reached through `properties` alone.
 */
export function paramHeaders(inputSchema: unknown): ParamHeader[] | null {
  const found: ParamHeader[] = [];
  if (!collect(inputSchema, [], found)) return null;

  const names = new Set(found.map(({ name }) => name.toLowerCase()));
  if (names.size !== found.length) return null;
  return countAnnotations(inputSchema, 0) === found.length ? found : null;
}

function collect(schema: unknown, path: string[], found: ParamHeader[]): boolean {
  if (!isObject(schema) || path.length > MAX_DEPTH) return true;

  const name = schema["x-mcp-header"];
  if (name !== undefined) {
    if (path.length === 0 || typeof name !== "string" || !TOKEN.test(name)) return false;
    if (typeof schema.type !== "string" || !PRIMITIVES.includes(schema.type)) return false;
    found.push({ name, path });
  }

  if (!isObject(schema.properties)) return true;
  return Object.entries(schema.properties)
    .every(([key, child]) => collect(child, [...path, key], found));
}

/** Counts annotations anywhere, so that one in a forbidden place is noticed. */
function countAnnotations(value: unknown, depth: number): number {
  if (depth > MAX_DEPTH * 2 || typeof value !== "object" || value === null) return 0;
  const own = isSchemaAnnotation(value) ? 1 : 0;
  return Object.values(value).reduce<number>(
    (sum, child) => sum + countAnnotations(child, depth + 1),
    own,
  );
}

/** A property that happens to be called `x-mcp-header` holds a schema, not a text. */
function isSchemaAnnotation(value: object): boolean {
  return "x-mcp-header" in value && !isObject(value["x-mcp-header"]);
}

/** The headers that mirror the arguments of one call; absent and null values have none. */
export function mirroredHeaders(
  headers: readonly ParamHeader[],
  args: unknown,
): [name: string, value: string][] {
  return headers.flatMap(({ name, path }): [string, string][] => {
    const value = path.reduce<unknown>(
      (holder, key) => isObject(holder) ? holder[key] : undefined,
      args,
    );
    const isPrimitive = ["string", "number", "boolean"].includes(typeof value);
    return isPrimitive ? [[`Mcp-Param-${name}`, encodeHeaderValue(String(value))]] : [];
  });
}

/** A tool list without the definitions that break the rules, and the names of those. */
export function withoutInvalidTools(
  tools: readonly JsonObject[],
): { tools: JsonObject[]; rejected: string[] } {
  const groups = Map.groupBy(tools, ({ inputSchema }) => paramHeaders(inputSchema) !== null);
  const rejected = groups.get(false) ?? [];
  return { tools: groups.get(true) ?? [], rejected: rejected.map(({ name }) => String(name)) };
}
