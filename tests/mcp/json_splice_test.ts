import assert from "node:assert/strict";
import fc from "fast-check";
import { JsonFault, MAX_JSON_DEPTH } from "../../core/mcp/json_lexer.ts";
import { joined, JsonSplice, MAX_HELD_BYTES } from "../../core/mcp/json_splice.ts";
import { EACH, type Spot } from "../../core/mcp/json_spots.ts";

type Json = Record<string, unknown>;

/** What comes out when a text goes in, cut at these places. */
function splice(text: string, spots: readonly Spot[], cuts: readonly number[] = []): string {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
    .map((cut) => Math.min(cut, bytes.length));
  const splicer = new JsonSplice(spots);
  const out = places.slice(1).flatMap((end, at) => splicer.push(bytes.slice(places[at], end)));
  return new TextDecoder().decode(joined([...out, ...splicer.end()]));
}

function drop(...path: Spot["path"]): Spot {
  return { path, drop: () => true };
}

const anyJson = fc.jsonValue({ maxDepth: 2 });
const anyCuts = fc.array(fc.nat(2_000), { maxLength: 30 });
const anySpaces = fc.constantFrom(undefined, 1, "\t", " \n");
const anyKey = fc.constantFrom("a", "b", "c", 'q"uo\\te', "ü", "1", "__proto__");

/** An object in whose way the spots of a test lie. */
const anyLeaves = fc.dictionary(anyKey, anyJson, { maxKeys: 3 });
const anyItems = fc.array(fc.oneof(anyJson, anyLeaves), { maxLength: 3 });
const anyTree = fc.dictionary(anyKey, fc.oneof(anyJson, anyLeaves, anyItems), { maxKeys: 4 });

function isPlainObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

Deno.test("JsonSplice passes a text with no spots as it is, however it is cut", () => {
  fc.assert(fc.property(anyJson, anyCuts, (value, cuts) => {
    const text = JSON.stringify(value);
    assert.equal(splice(text, [], cuts), text);
  }));
});

Deno.test("JsonSplice passes numbers, escapes and the order of keys byte for byte", () => {
  const text = '{"b":12345678901234567890,"a":1.50E+400,"2":-0.0,"1":"\\u00e9\\/é","a":{}}';

  assert.equal(splice(text, [{ path: ["x", EACH, "y"], map: () => "0" }], [5, 6, 7]), text);
});

Deno.test("JsonSplice drops members, maps scalars and adds to the end of objects", () => {
  fc.assert(
    fc.property(anyTree, anyCuts, anySpaces, (tree, cuts, spaces) => {
      const spots: Spot[] = [
        drop("a"),
        drop("b", "a"),
        { path: ["b"], tail: () => '"added":[1]' },
        { path: ["c", EACH, "b"], map: (json) => JSON.stringify(`was ${json}`) },
      ];

      const expected = structuredClone(tree);
      delete expected.a;
      if (isPlainObject(expected.b)) {
        delete expected.b.a;
        expected.b.added = [1];
      }
      for (const item of Array.isArray(expected.c) ? expected.c : []) {
        if (!isPlainObject(item) || !Object.hasOwn(item, "b")) continue;
        if (typeof item.b === "object" && item.b !== null) continue;
        item.b = `was ${JSON.stringify(item.b)}`;
      }

      const got = splice(JSON.stringify(tree, null, spaces), spots, cuts);
      assert.deepEqual(JSON.parse(got), JSON.parse(JSON.stringify(expected)));
      assert.doesNotMatch(got, /[\r\n]/);
    }),
    { numRuns: 500 },
  );
});

Deno.test("JsonSplice takes what JSON.parse() takes, and nothing else", () => {
  const pieces = fc.constantFrom(
    ...'{}[]",: \n\\/-+.eE01ua',
    '"a"',
    "true",
    "null",
    "1.5e3",
    '{"a":1}',
    "\\u00e9",
    "\t",
  );
  const texts = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));

  fc.assert(
    fc.property(texts, anyCuts, (text, cuts) => {
      const parses = doesNotThrow(() => JSON.parse(text));
      assert.equal(doesNotThrow(() => splice(text, [drop("a", "b")], cuts)), parses, text);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("JsonSplice takes every JSON text with one byte changed only if JSON.parse() does", () => {
  fc.assert(
    fc.property(anyTree, fc.nat(), fc.integer({ min: 1, max: 127 }), (tree, place, code) => {
      const text = JSON.stringify(tree).replaceAll(/[^\x20-\x7e]/g, "?");
      const at = place % text.length;
      const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
      const parses = doesNotThrow(() => JSON.parse(changed));
      assert.equal(doesNotThrow(() => splice(changed, [drop("a")])), parses, changed);
    }),
    { numRuns: 1_000 },
  );
});

function doesNotThrow(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    assert.ok(error instanceof JsonFault || error instanceof SyntaxError, String(error));
    return false;
  }
}

Deno.test("JsonSplice says of what kind a value is before the value is complete", () => {
  const met: string[] = [];
  const spots = ["object", "array", "string", "number", "true", "false", "null"].map((key) => ({
    path: [key],
    meet: (kind: string) => void met.push(`${key}=${kind}`),
  }));
  const text =
    '{"object":{},"array":[],"string":"","number":-1,"true":true,"false":false,"null":nul';

  new JsonSplice(spots).push(new TextEncoder().encode(text));

  assert.deepEqual(met, spots.map(({ path: [key] }) => `${key}=${key}`));
});

Deno.test("JsonSplice drops by the kind of a value", () => {
  const spot: Spot = { path: ["a", "b"], drop: (kind) => kind !== "object" };

  assert.equal(splice('{"a":{"b":[1,{"b":2}],"c":1}}', [spot]), '{"a":{"c":1}}');
  assert.equal(splice('{"a":{"c":1,"b":{"d":[]}}}', [spot]), '{"a":{"c":1,"b":{"d":[]}}}');
});

Deno.test("JsonSplice passes a string of more than 64 KiB without holding it", () => {
  const spot: Spot = { path: ["a"], map: () => '"short"' };
  const long = JSON.stringify({ a: "x".repeat(MAX_HELD_BYTES + 100), b: 1 });
  const splicer = new JsonSplice([spot]);
  const half = new TextEncoder().encode(long.slice(0, -10));

  assert.ok(joined(splicer.push(half)).length > MAX_HELD_BYTES);
  assert.equal(splice(long, [spot]), long);
  assert.equal(splice(long, [spot], [10, 20, 40_000]), long);
  assert.equal(splice('{"a":"x","b":1}', [spot]), '{"a":"short","b":1}');
});

Deno.test("JsonSplice refuses what is nested too deep", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  assert.equal(splice(nested(MAX_JSON_DEPTH), []), nested(MAX_JSON_DEPTH));
  assert.throws(() => splice(nested(MAX_JSON_DEPTH + 1), []), JsonFault);
});
