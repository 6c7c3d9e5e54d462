import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeHeaderValue, encodeHeaderValue } from "../../core/mcp/header_values.ts";

const anyText = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());

Deno.test("encodeHeaderValue() gives the specification's own examples", () => {
  assert.equal(encodeHeaderValue("us-west1"), "us-west1");
  assert.equal(encodeHeaderValue("Hello, 世界"), "=?base64?SGVsbG8sIOS4lueVjA==?=");
  assert.equal(encodeHeaderValue(" padded "), "=?base64?IHBhZGRlZCA=?=");
  assert.equal(encodeHeaderValue("line1\nline2"), "=?base64?bGluZTEKbGluZTI=?=");
  assert.equal(
    encodeHeaderValue("=?base64?literal?="),
    "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=",
  );
});

Deno.test("every text survives encodeHeaderValue() and decodeHeaderValue()", () => {
  fc.assert(fc.property(anyText, (text) => {
    assert.equal(decodeHeaderValue(encodeHeaderValue(text)), text);
  }));
});

Deno.test("every text survives a real header once it is encoded", () => {
  fc.assert(fc.property(anyText, (text) => {
    const headers = new Headers({ "mcp-name": encodeHeaderValue(text) });
    assert.equal(decodeHeaderValue(headers.get("mcp-name") ?? ""), text);
  }));
});

Deno.test("encodeHeaderValue() leaves nothing that could end a header", () => {
  fc.assert(fc.property(anyText, (text) => {
    assert.match(encodeHeaderValue(text), /^[\x20-\x7e\t]*$/);
  }));
});

Deno.test("decodeHeaderValue() gives null for base64 that is none, and for bytes that are no text", () => {
  const broken = ["*", "A", "/w==", "SGVsbG8", "SGVsbG9=", "SGVs bG8=", "SGVsbG8=\t", "_-8="];
  for (const text of broken) {
    assert.equal(decodeHeaderValue(`=?base64?${text}?=`), null, text);
  }
  for (const value of ["=?base64?", "=?BASE64?QQ==?=", "?=", "=?base64?QQ=="]) {
    assert.equal(decodeHeaderValue(value), value);
  }
  assert.equal(decodeHeaderValue("=?base64??="), "");
});

Deno.test("decodeHeaderValue() gives null for characters that only base64 can carry", () => {
  for (const value of ["ü", "a\x7f", "a\x00b", "a\r\nb", "=?base64?QQ==?= ü"]) {
    assert.equal(decodeHeaderValue(value), null, value);
  }
  assert.equal(decodeHeaderValue("a\tb ~!"), "a\tb ~!");
});
