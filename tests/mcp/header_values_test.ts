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
  for (const value of ["=?base64?*?=", "=?base64?A?=", "=?base64?/w==?="]) {
    assert.equal(decodeHeaderValue(value), null, value);
  }
  for (const value of ["=?base64?", "=?BASE64?QQ==?=", "?=", "=?base64?QQ=="]) {
    assert.equal(decodeHeaderValue(value), value);
  }
  assert.equal(decodeHeaderValue("=?base64??="), "");
});
