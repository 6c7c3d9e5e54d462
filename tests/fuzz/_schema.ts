import fc from "fast-check";
import { wildText } from "./_door.ts";

/** The part of JSON Schema that describes the bodies of the admin API. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
}

/** Texts that some field wants, and that another one does not. */
const KNOWN_TEXTS = [
  "internal-api",
  "engineering",
  "X-API-Key",
  "Bearer {{value}}",
  "{{value}}{{value}}",
  "https://mcp.example.com/sse",
  "http://user:pass@127.0.0.1:22/",
  "https://[::ffff:10.0.0.1]/",
  "file:///etc/passwd",
  "alice@example.com",
  "2027-02-20T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "2025-11-25",
  "list_*",
  "*".repeat(200),
];

/** Values that fit a schema, nearly fit it, or do not fit it at all. */
export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 9, arbitrary: fitting(schema) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf));

  switch (schema.type) {
    case "object":
      return objectOf(schema.properties ?? {});
    case "array":
      return fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 7 });
    case "string":
      return fc.oneof(fc.constantFrom(...KNOWN_TEXTS), wildText);
    case "integer":
    case "number":
      return fc.oneof(fc.integer({ min: -2, max: 4_000 }), fc.double());
    case "boolean":
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}

function objectOf(properties: Record<string, Schema>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)]),
  );
  const right = fc.record(fields, { requiredKeys: [] });
  const more = fc.dictionary(wildText, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
  return fc.oneof(
    { weight: 5, arbitrary: right },
    { weight: 1, arbitrary: fc.tuple(right, more).map(([some, other]) => ({ ...some, ...other })) },
  );
}
