import { decodeHeaderValue, encodeHeaderValue } from "./header_values.ts";
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
    const value = valueAt(args, path);
    return isPrimitive(value) ? [[headerName(name), encodeHeaderValue(String(value))]] : [];
  });
}

function headerName(name: string): string {
  return `Mcp-Param-${name}`;
}

/** The value at a path of property names; `undefined` where there is none. */
function valueAt(args: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (holder, key) => isObject(holder) ? holder[key] : undefined,
    args,
  );
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/**
 * What is wrong with a client's own `Mcp-Param-*` headers, which must repeat its
 * arguments (2026-07-28, Streamable HTTP, Server Validation); `null` when they do.
 *
 * A header is owed only where there is a value of the kind that the annotation allows.
 */
export function paramHeaderFault(
  headers: readonly ParamHeader[],
  args: unknown,
  sent: Headers,
): string | null {
  for (const { name, path } of headers) {
    const value = valueAt(args, path);
    if (!isPrimitive(value)) continue;

    const header = headerName(name);
    const text = sent.get(header);
    if (text === null) return `${header} header is missing`;
    const decoded = decodeHeaderValue(text);
    if (decoded === null) return `${header} header cannot be decoded`;
    if (!repeats(decoded, value)) return `${header} header does not match the body`;
  }
  return null;
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Numbers are compared as numbers: `42.0` repeats 42. */
function repeats(text: string, value: string | number | boolean): boolean {
  if (typeof value === "number" && DECIMAL.test(text)) return Number(text) === value;
  return text === String(value);
}

/** A tool list without the definitions that break the rules, and the names of those. */
export function withoutInvalidTools(
  tools: readonly JsonObject[],
): { tools: JsonObject[]; rejected: string[] } {
  const groups = Map.groupBy(tools, ({ inputSchema }) => paramHeaders(inputSchema) !== null);
  const rejected = groups.get(false) ?? [];
  return { tools: groups.get(true) ?? [], rejected: rejected.map(({ name }) => String(name)) };
}
