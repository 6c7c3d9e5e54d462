import assert from "node:assert/strict";
import fc from "fast-check";
import { fillForm, paramsOf } from "../../core/playground/fill_form.ts";
import type { FormField } from "../../core/playground/form_field.ts";
import { readArguments } from "../../core/playground/read_arguments.ts";
import { formFor } from "../../core/playground/schema_form.ts";
import { isObject, type JsonObject } from "../../core/mcp/message.ts";

/** A schema, with values that it allows. */
interface Case {
  schema: JsonObject;
  value: fc.Arbitrary<unknown>;
}

/** A text that a field can say: not empty, and with the line ends that browsers send. */
const aText = (minLength = 1, maxLength = 40) =>
  fc.string({ minLength: Math.max(1, minLength), maxLength, unit: "grapheme-ascii" });

const texts: fc.Arbitrary<Case> = fc.tuple(fc.nat(5), fc.nat(20)).map(([least, more]) => ({
  schema: { type: "string", minLength: least, maxLength: least + more + 1 },
  value: aText(least, least + more + 1),
}));

const integers: fc.Arbitrary<Case> = fc.tuple(fc.integer(), fc.nat(1_000)).map(([min, more]) => ({
  schema: { type: "integer", minimum: min, maximum: min + more },
  value: fc.integer({ min, max: min + more }),
}));

const numbers: fc.Arbitrary<Case> = fc.constant({
  schema: { type: "number" },
  value: fc.double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => !Object.is(value, -0))
    .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
});

const choices: fc.Arbitrary<Case> = fc.uniqueArray(
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
  { minLength: 1, maxLength: 5 },
).map((options) => ({ schema: { enum: options }, value: fc.constantFrom(...options) }));

const consts: fc.Arbitrary<Case> = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 })
  .map((options) => ({
    schema: { oneOf: options.map((one) => ({ const: one, title: `Is ${one}` })) },
    value: fc.constantFrom(...options),
  }));

const booleans: fc.Arbitrary<Case> = fc.constant({
  schema: { type: "boolean" },
  value: fc.boolean(),
});

const scalars = fc.oneof(texts, integers, numbers, choices, consts, booleans);

const lists: fc.Arbitrary<Case> = fc.oneof(texts, integers, booleans).map(({ schema, value }) => ({
  schema: { type: "array", items: schema, maxItems: 5 },
  value: fc.array(value, { minLength: 1, maxLength: 5 }),
}));

/** What no form can say is written as JSON. */
const others: fc.Arbitrary<Case> = fc.constantFrom<JsonObject>(
  { oneOf: [{ type: "string" }, { type: "object" }] },
  { type: "array", items: { type: "object" } },
  { type: "object", additionalProperties: true },
  { not: { type: "null" } },
  {},
).map((schema) => ({ schema, value: fc.jsonValue().map((value) => plain(value)) }));

/** What JSON gives back of it: no -0. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Names of properties, also those that an object has already. */
const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom("__proto__", "constructor", "toString", "a.b", "a[]", "value", "token"),
);

function objects(inner: fc.Arbitrary<Case>): fc.Arbitrary<Case> {
  const property = fc.tuple(names, inner, fc.boolean());
  return fc.uniqueArray(property, { selector: ([name]) => name, minLength: 1, maxLength: 5 })
    .map((properties) => ({
      schema: {
        type: "object",
        properties: Object.fromEntries(properties.map(([name, { schema }]) => [name, schema])),
        required: properties.filter(([, , isRequired]) => isRequired).map(([name]) => name),
      },
      value: fc.tuple(...properties.map(([name, { value }, isRequired]) => {
        const entry = value.map((one): [string, unknown][] => [[name, one]]);
        return isRequired ? entry : fc.oneof(entry, fc.constant<[string, unknown][]>([]));
      })).map((entries) => Object.fromEntries(entries.flat())),
    }));
}

const flat = objects(fc.oneof(scalars, lists, others));
/** An optional object in which nothing is filled in is left out, so nested ones hold something. */
const nested = objects(fc.oneof(
  scalars,
  lists,
  flat.map(({ schema, value }) => ({
    schema,
    value: value.filter((one) => isObject(one) && Object.keys(one).length > 0),
  })),
));

Deno.test("any value that a schema allows goes into its form and comes back the same", () => {
  const example = nested.chain(({ schema, value }) => fc.tuple(fc.constant(schema), value));

  fc.assert(
    fc.property(example, ([schema, value]) => {
      const fields = formFor(schema);
      assert.ok(fields !== null);

      const values = fillForm(fields, value);

      assert.ok(values !== null, JSON.stringify({ schema, value, fields }));
      const { args, problems } = readArguments(fields, paramsOf(values));
      assert.deepEqual(problems, {});
      assert.equal(JSON.stringify(sorted(args)), JSON.stringify(sorted(value)));
    }),
    { numRuns: 400 },
  );
});

Deno.test("whatever a server calls a schema, a form is made or JSON is asked for", () => {
  const words = [
    "type",
    "properties",
    "items",
    "$ref",
    "anyOf",
    "oneOf",
    "allOf",
    "enum",
    "format",
  ];
  const anything = fc.object({ key: fc.oneof(names, fc.constantFrom(...words)), maxDepth: 4 });

  fc.assert(
    fc.property(anything, fc.dictionary(fc.string(), fc.string()), (schema, typed) => {
      const fields = formFor(plain(schema) as JsonObject);
      if (fields === null) return;
      readArguments(fields, new URLSearchParams(typed));
      fillForm(fields, typed);
    }),
    { numRuns: 400 },
  );
});

Deno.test("fields are named by their places, so that no property's name reaches the page's own", () => {
  const fields = formFor({
    properties: { intent: { type: "string" }, do: { properties: { of: {} }, type: "object" } },
  });

  assert.deepEqual(idsOf(fields ?? []), ["a0", "a1", "a1-0"]);
});

Deno.test("pydantic's way to say optional, references and titles are understood", () => {
  const [colour, count, place] = formFor({
    type: "object",
    properties: {
      colour: { $ref: "#/$defs/Colour", description: "Which one" },
      count: { anyOf: [{ type: "integer" }, { type: "null" }], default: null, title: "Count" },
      place: { allOf: [{ $ref: "#/$defs/Place" }] },
    },
    required: ["colour", "place"],
    $defs: {
      Colour: { type: "string", enum: ["red", "blue"], title: "Colour" },
      Place: { type: "object", properties: { city: { type: "string" } } },
    },
  }) ?? [];

  assert.deepEqual([colour.kind, colour.label, colour.hint], ["choice", "Colour", "Which one"]);
  assert.deepEqual([count.kind, count.isNullable, count.label], ["number", true, "Count"]);
  assert.equal(place.kind, "group");
});

Deno.test("references that lead in a circle or elsewhere are written as JSON", () => {
  const fields = formFor({
    properties: {
      circle: { $ref: "#/properties/circle" },
      away: { $ref: "https://example.com/schema.json" },
      tree: { $ref: "#/$defs/Tree" },
      none: { $ref: "#/$defs/None" },
    },
    $defs: { Tree: { type: "object", properties: { left: { $ref: "#/$defs/Tree" } } } },
  }) ?? [];

  assert.deepEqual(fields.map(({ kind }) => kind), ["json", "json", "group", "json"]);
  assert.ok(idsOf(fields).length < 20);
});

Deno.test("a form has at most 200 fields, the rest is JSON; without names all of it is", () => {
  const many = Array.from({ length: 300 }, (_, at) => [`p${at}`, { type: "string" }]);

  const fields = formFor({ properties: Object.fromEntries(many) }) ?? [];

  assert.equal(fields.filter(({ kind }) => kind === "text").length, 200);
  assert.equal(fields.at(-1)?.kind, "json");
  assert.equal(formFor({ additionalProperties: true }), null);
  assert.equal(formFor({ type: "array" }), null);
  assert.deepEqual(formFor({}), []);
});

Deno.test("what stands by default is shown, but not inside of what may be left out", () => {
  const inner = { type: "object", properties: { b: { type: "string", default: "x" } } };
  const fields = formFor({
    properties: {
      a: { type: "integer", default: 3 },
      tags: { type: "array", items: { type: "string" }, default: ["p", "q"] },
      optional: inner,
      needed: inner,
      only: { const: "fixed" },
    },
    required: ["needed", "only"],
  }) ?? [];

  const firsts = fields.map((field) =>
    field.kind === "group" ? firstIn(field.fields) : field.first
  );
  assert.deepEqual(firsts, ["3", ["p", "q"], "", "x", '"fixed"']);
});

function firstIn([field]: FormField[]) {
  return field.kind === "group" ? null : field.first;
}

function idsOf(fields: FormField[]): string[] {
  return fields.flatMap((
    field,
  ) => [field.id, ...field.kind === "group" ? idsOf(field.fields) : []]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, one]) => [
    key,
    sorted(one),
  ]);
}
