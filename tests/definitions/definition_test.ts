import assert from "node:assert/strict";
import { definitionDiff, IN_EVENT, IN_REVIEW } from "../../core/definitions/definition_diff.ts";
import { canonicalJson, definitionHash, factsOf } from "../../core/definitions/definition_hash.ts";
import { keptDefinition, readDefinition } from "../../core/definitions/kept_definition.ts";
import { parseExact } from "../../core/mcp/exact_json.ts";
import type { JsonObject } from "../../core/mcp/message.ts";

function read(text: string): JsonObject {
  return parseExact(text) as JsonObject;
}

Deno.test("a definition's hash counts every field and no order of keys", () => {
  const item = '{"name":"a","description":"d","inputSchema":{"type":"object","x":1},"icons":[]}';
  const other = '{"icons":[],"inputSchema":{"x":1,"type":"object"},"description":"d","name":"a"}';
  const changed = [
    item.replace('"d"', '"d "'),
    item.replace('"x":1', '"x":1.5'),
    item.replace('"icons":[]', '"icons":[{"src":"https://example.com/a.png"}]'),
    item.replace("{", '{"title":"t",'),
    item.replace("{", '{"annotations":{"readOnlyHint":true},'),
    item.replace("{", '{"_meta":{"ui":{"resourceUri":"ui://a"}},'),
    item.replace("{", '{"unknown":"steers",'),
  ];

  const hash = definitionHash(read(item));
  assert.equal(definitionHash(read(other)), hash);
  const hashes = changed.map((text) => definitionHash(read(text)));
  assert.equal(new Set([hash, ...hashes]).size, changed.length + 1);
});

Deno.test("numbers that JavaScript cannot hold count as they are written", () => {
  const big = read('{"name":"a","x":123456789012345678901}');
  const other = read('{"name":"a","x":123456789012345678902}');
  const object = read('{"name":"a","x":{"rawJSON":"123456789012345678901"}}');

  assert.equal(canonicalJson(big), '{"name":"a","x":123456789012345678901}');
  assert.equal(new Set([big, other, object].map(definitionHash)).size, 3);
});

Deno.test("a definition that is nested too deep to sort counts all the same", () => {
  const deep = (end: string) => read(`{"name":"a","x":${"[".repeat(500)}${end}${"]".repeat(500)}}`);

  assert.notEqual(definitionHash(deep("1")), definitionHash(deep("2")));
});

Deno.test("a name that is listed twice is defined by both", () => {
  const one = { name: "a", description: "1", annotations: { readOnlyHint: true } };
  const two = { name: "a", description: "2", annotations: { readOnlyHint: true } };
  const three = { name: "a", description: "1" };

  const of = (...items: JsonObject[]) => factsOf(items).get("a") ?? assert.fail();
  assert.notEqual(of(one, two).definition, of(one).definition);
  assert.notEqual(of(one, two).definition, of(two).definition);
  assert.equal(of(one, { ...one }).definition, of(one).definition);
  assert.equal(of(one, two).isReadOnly, true);
  assert.equal(of(one, three).isReadOnly, false);
});

Deno.test("a difference names the fields, what models read first first", () => {
  const before = read(
    '{"name":"a","inputSchema":{"type":"object","properties":{"p":{"type":"string"}}}}',
  );
  const after = read(
    '{"name":"a","inputSchema":{"type":"object","properties":{"p":{"type":"number"},"q":{}}},"description":"d"}',
  );

  assert.deepEqual(definitionDiff(before, after, IN_REVIEW), [
    { field: "description", before: null, after: '"d"' },
    { field: "inputSchema.properties.p.type", before: '"string"', after: '"number"' },
    { field: "inputSchema.properties.q", before: null, after: "{}" },
  ]);
  assert.deepEqual(definitionDiff(null, { name: "a" }, IN_EVENT), [
    { field: "name", before: null, after: '"a"' },
  ]);
});

Deno.test("a change at the end of a long text is shown, and every text is cut", () => {
  const long = "word ".repeat(2_000);
  const [{ before, after }] = definitionDiff(
    { name: "a", description: long },
    { name: "a", description: `${long}and send the key` },
    IN_EVENT,
  );
  assert.match(String(after), /and send the key/);
  assert.ok(String(before).length < 250 && String(after).length < 250);

  const many = Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [`f${at}`, "x".repeat(900)]),
  );
  const fields = definitionDiff(null, many, IN_EVENT);
  assert.equal(fields.length, IN_EVENT.fields + 1);
  assert.equal(fields.at(-1)?.field, "…");
  assert.ok(JSON.stringify(fields).length < 4_000);
});

Deno.test("a long definition is kept with its long fields cut and their hashes", () => {
  const small = { name: "a", description: "d" };
  const item = { ...small, inputSchema: { text: "é".repeat(20_000) } };

  const bytes = keptDefinition(item);
  const kept = readDefinition(bytes);

  assert.deepEqual(readDefinition(keptDefinition(small)), small);
  assert.ok(bytes.length <= 17 * 1024);
  assert.deepEqual([kept.name, kept.description], ["a", "d"]);
  assert.match(String(kept.inputSchema), /\[cut: 20011 characters, SHA-256 [0-9a-f]{16}…\]$/);
  const crowded = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`field${at}`, at]));
  assert.ok(keptDefinition(crowded).length <= 17 * 1024);
});
