import assert from "node:assert/strict";
import fc from "fast-check";
import { parseExact } from "../../core/mcp/exact_json.ts";

function again(text: string): string {
  return JSON.stringify(parseExact(text));
}

Deno.test("parseExact() gives numbers back that JavaScript cannot hold", () => {
  for (
    const number of [
      "9007199254740993",
      "-18446744073709551615",
      "0.1234567890123456789",
      "1e400",
      "-1E-400",
      "1.00000000000000000001",
      "-0",
      "-0.0",
    ]
  ) {
    for (const text of [`[${number}]`, `{"a":${number}}`, `{"a":[1,${number}]}`]) {
      assert.equal(again(text), text);
    }
  }
});

Deno.test("parseExact() gives plain numbers, however they are written", () => {
  assert.deepEqual(
    parseExact('{"a":1e3,"b":1.50,"c":-5E-1,"d":1.0e+2,"e":9007199254740992,"f":0e9}'),
    { a: 1000, b: 1.5, c: -0.5, d: 100, e: 9007199254740992, f: 0 },
  );
});

Deno.test("parseExact() parses what JSON.stringify() writes, into the same", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    assert.equal(again(text), text);
    assert.deepEqual(parseExact(text), JSON.parse(text));
  }));
});

Deno.test("parseExact() gives every whole number of any length back as it was", () => {
  const digits = fc.bigInt().map(String);

  fc.assert(fc.property(fc.array(digits), (numbers) => {
    const text = `[${numbers.join(",")}]`;
    assert.equal(again(text), text);
  }));
});

Deno.test("parseExact() throws for what is no JSON", () => {
  for (const text of ["", "{", "[1e]", "[0123456789012345678]", "nul"]) {
    assert.throws(() => parseExact(text), SyntaxError, text);
  }
});
