import assert from "node:assert/strict";
import { readArguments, readJsonArguments } from "../../core/playground/read_arguments.ts";
import { formFor } from "../../core/playground/schema_form.ts";
import { hasPattern } from "../../core/playground/safe_pattern.ts";

/** What one field of this schema makes of a text. */
function read(schema: object, text: string, isRequired = false) {
  const fields = formFor({ properties: { p: schema }, required: isRequired ? ["p"] : [] }) ?? [];
  const { args, problems } = readArguments(fields, new URLSearchParams({ a0: text }));
  return problems.a0 ?? args;
}

Deno.test("each fault of a value has a sentence of its own", () => {
  const faults: [object, string, RegExp][] = [
    [{ type: "integer" }, "1.5", /whole number/],
    [{ type: "integer" }, "x", /whole number/],
    [{ type: "number" }, "0x10", /a number/],
    [{ type: "number" }, "1e999", /too large/],
    [{ type: "integer" }, "12345678901234567890", /more digits/],
    [{ type: "number", minimum: 2 }, "1", /at least 2/],
    [{ type: "number", exclusiveMinimum: 2 }, "2", /more than 2/],
    [{ type: "number", maximum: 2 }, "3", /at most 2/],
    [{ type: "number", exclusiveMaximum: 2 }, "2", /less than 2/],
    [{ type: "number", multipleOf: 0.1 }, "0.25", /multiple of 0.1/],
    [{ type: "string", minLength: 2 }, "é", /at least 2/],
    [{ type: "string", maxLength: 1 }, "ab", /at most 1 characters, and has 2/],
    [{ type: "string", pattern: "^[a-z]+$" }, "A", /pattern/],
    [{ type: "string", format: "email" }, "nobody", /e-mail/],
    [{ type: "string", format: "uri" }, "example", /URL/],
    [{ type: "string", format: "date" }, "tomorrow", /date/],
    [{ type: "string", format: "date-time" }, "2026-11-27", /time/],
    [{ enum: ["a"] }, '"b"', /offered/],
    [{ type: "boolean" }, "yes", /offered/],
    [{ type: "array", items: { type: "integer" }, minItems: 2 }, "1", /at least 2/],
    [{ type: "array", items: { type: "integer" } }, "x", /Entry 1/],
    [{ type: "object" }, "{", /not JSON/],
  ];

  for (const [schema, text, sentence] of faults) {
    assert.match(String(read(schema, text)), sentence, JSON.stringify(schema));
  }
});

Deno.test("values keep their kinds, and what is empty is left out, null, or missing", () => {
  assert.deepEqual(read({ type: "number", multipleOf: 0.1 }, "0.3"), { p: 0.3 });
  assert.deepEqual(read({ type: "integer" }, " 7 "), { p: 7 });
  assert.deepEqual(read({ type: "string" }, "a\r\nb"), { p: "a\nb" });
  assert.deepEqual(read({ type: "string", maxLength: 1 }, "😀"), { p: "😀" });
  assert.deepEqual(read({ type: "string", format: "constructor" }, "x"), { p: "x" });
  assert.deepEqual(read({ type: "string" }, ""), {});
  assert.deepEqual(read({ type: ["string", "null"] }, "", true), { p: null });
  assert.match(String(read({ type: "string" }, "", true)), /Fill this in/);
});

Deno.test("a pattern that could take long is left to the server", () => {
  for (const pattern of ["^(a+)+$", "(a|a)*", "a*a*a*b", "(.*)\\1", "a{1,1000}", "a?".repeat(30)]) {
    assert.equal(hasPattern(pattern, "a".repeat(400)), null, pattern);
  }
  assert.equal(hasPattern("^a+$", "a".repeat(501)), null);
  assert.equal(hasPattern("[", "a"), null);
  assert.equal(hasPattern("^[A-Z]{2,}-\\d+$", "AB-12"), true);
  assert.equal(hasPattern("^[A-Z]{2,}-\\d+$", "ab-12"), false);
});

Deno.test("how long a text is decides whether its pattern is tried", () => {
  const slow = ["a*a*b", ".*.*.?.?.?\\0", "^a*a*b", "a{0,100}a{0,100}b", "a*?b", "a+b"];
  for (const pattern of slow) {
    assert.equal(hasPattern(pattern, "a".repeat(500)), null, pattern);
    assert.equal(hasPattern(pattern, "aaaaa"), false, pattern);
  }
  assert.equal(hasPattern("^[a-z]+$", "a".repeat(500)), true);
  assert.equal(hasPattern("^[a-z]+-[a-z]+$", `${"a".repeat(49)}-b`), true);
});

Deno.test("arguments as JSON are one object", () => {
  assert.deepEqual(readJsonArguments(' {"a": [1]} '), { a: [1] });
  assert.deepEqual(readJsonArguments(""), {});
  for (const text of ["[]", "1", "null", '"x"']) {
    assert.match(String(readJsonArguments(text)), /one JSON object/);
  }
  assert.match(String(readJsonArguments("{a:1}")), /not JSON/);
});
