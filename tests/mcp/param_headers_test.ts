import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeHeaderValue } from "../../core/mcp/header_values.ts";
import {
  mirroredHeaders,
  paramHeaderFault,
  paramHeaders,
  withoutInvalidTools,
} from "../../core/mcp/param_headers.ts";

/** A schema with one annotated property. */
function annotated(name: unknown, type: unknown = "string") {
  return { type: "object", properties: { p: { type, "x-mcp-header": name } } };
}

Deno.test("paramHeaders() finds annotations at any depth of properties", () => {
  const schema = {
    type: "object",
    properties: {
      region: { type: "string", "x-mcp-header": "Region" },
      plain: { type: "string" },
      where: {
        type: "object",
        properties: {
          shard: { type: "integer", "x-mcp-header": "Shard" },
          deep: { properties: { flag: { type: "boolean", "x-mcp-header": "Flag" } } },
        },
      },
    },
  };

  assert.deepEqual(paramHeaders(schema), [
    { name: "Region", path: ["region"] },
    { name: "Shard", path: ["where", "shard"] },
    { name: "Flag", path: ["where", "deep", "flag"] },
  ]);
});

Deno.test("paramHeaders() has nothing to say of schemas without annotations", () => {
  const schemas = [undefined, null, true, {}, { type: "object" }, { properties: [] }, "text"];
  for (const schema of schemas) assert.deepEqual(paramHeaders(schema), []);
});

Deno.test("paramHeaders() refuses a name that is no header token", () => {
  const names = ["", " ", "a b", "a:b", "a\r\nX-Evil: 1", "a\n", "\0", "ü", "(a)", 7, null, true];
  for (const name of names) assert.equal(paramHeaders(annotated(name)), null, String(name));
  for (const name of ["Region", "x", "a-b_c.d", "!#$%&'*+.^`|~"]) {
    assert.equal(paramHeaders(annotated(name))?.length, 1, name);
  }
});

Deno.test("paramHeaders() refuses a name that occurs twice in any case", () => {
  const twice = {
    properties: {
      a: { type: "string", "x-mcp-header": "Region" },
      b: { properties: { c: { type: "string", "x-mcp-header": "REGION" } } },
    },
  };

  assert.equal(paramHeaders(twice), null);
});

Deno.test("paramHeaders() accepts strings, integers and booleans, and no other type", () => {
  for (const type of ["string", "integer", "boolean"]) {
    assert.equal(paramHeaders(annotated("A", type))?.length, 1, type);
  }
  const others = ["number", "object", "array", "null", undefined, ["string", "null"], ["string"]];
  for (const type of others) {
    const schema = { properties: { p: { type, "x-mcp-header": "A" } } };
    assert.equal(paramHeaders(schema), null, String(type));
  }
});

Deno.test("paramHeaders() refuses annotations that properties alone do not lead to", () => {
  const leaf = { type: "string", "x-mcp-header": "A" };
  const inside = { properties: { p: leaf } };
  const unreachable = {
    root: { "x-mcp-header": "A", type: "string" },
    items: { properties: { list: { type: "array", items: leaf } } },
    itemsOfObjects: { properties: { list: { items: inside } } },
    prefixItems: { properties: { list: { prefixItems: [leaf] } } },
    contains: { properties: { list: { contains: leaf } } },
    additionalProperties: { additionalProperties: leaf },
    patternProperties: { patternProperties: { "^x": leaf } },
    dependentSchemas: { dependentSchemas: { x: inside } },
    oneOf: { oneOf: [inside] },
    anyOf: { properties: { p: { anyOf: [leaf, { type: "null" }] } } },
    allOf: { allOf: [inside] },
    not: { not: inside },
    if: { if: inside },
    then: { then: inside },
    else: { else: inside },
    $defs: { $defs: { d: leaf }, properties: { p: { $ref: "#/$defs/d" } } },
    definitions: { definitions: { d: inside } },
    besideAGoodOne: { properties: { good: leaf }, $defs: { d: leaf } },
  };

  for (const [where, schema] of Object.entries(unreachable)) {
    assert.equal(paramHeaders(schema), null, where);
  }
});

Deno.test("paramHeaders() takes a property that is called x-mcp-header for a property", () => {
  const schema = { properties: { "x-mcp-header": { type: "string" }, b: { type: "string" } } };

  assert.deepEqual(paramHeaders(schema), []);
});

Deno.test("paramHeaders() comes to an end with a schema of any depth", () => {
  let schema: Record<string, unknown> = { type: "string", "x-mcp-header": "A" };
  for (let depth = 0; depth < 5_000; depth++) schema = { properties: { p: schema } };

  assert.doesNotThrow(() => paramHeaders(schema));
});

Deno.test("withoutInvalidTools() takes out the invalid definitions and leaves the others untouched", () => {
  const good = { name: "good", inputSchema: annotated("A"), unknown: [1] };
  const plain = { name: "plain" };
  const bad = { name: "bad", inputSchema: annotated("a b") };

  const { tools, rejected } = withoutInvalidTools([good, bad, plain]);

  assert.deepEqual(tools, [good, plain]);
  assert.strictEqual(tools[0], good);
  assert.deepEqual(rejected, ["bad"]);
});

Deno.test("mirroredHeaders() writes strings, integers and booleans, and leaves out what is absent or null", () => {
  const headers = ["s", "i", "b", "n", "o", "missing"].map((key) => ({ name: key, path: [key] }));
  const args = { s: "us-west1", i: -7, b: false, n: null, o: { a: 1 } };

  assert.deepEqual(mirroredHeaders(headers, args), [
    ["Mcp-Param-s", "us-west1"],
    ["Mcp-Param-i", "-7"],
    ["Mcp-Param-b", "false"],
  ]);
  assert.deepEqual(mirroredHeaders(headers, undefined), []);
  assert.deepEqual(mirroredHeaders(headers, ["s"]), []);
});

Deno.test("mirroredHeaders() reads at the exact path, and nothing that every object has", () => {
  const at = (...path: string[]) => [{ name: "A", path }];

  assert.deepEqual(mirroredHeaders(at("a", "b"), { a: { b: "x" } }), [["Mcp-Param-A", "x"]]);
  assert.deepEqual(mirroredHeaders(at("a", "b"), { a: "x" }), []);
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.deepEqual(mirroredHeaders(at(name), {}), []);
    assert.deepEqual(mirroredHeaders(at(name, "name"), {}), []);
  }
});

Deno.test("mirroredHeaders() writes any text so that it comes back", () => {
  const text = fc.string({ unit: "binary" }).filter((one) => one.isWellFormed());
  fc.assert(fc.property(text, (value) => {
    const [[name, header]] = mirroredHeaders([{ name: "A", path: ["a"] }], { a: value });
    const received = new Headers([[name, header]]).get("mcp-param-a");
    assert.equal(decodeHeaderValue(received ?? ""), value);
  }));
});

const AT_P = [{ name: "P", path: ["p"] }];

/** What is wrong with one header beside one argument. */
function fault(p: unknown, header: string | null): string | null {
  const headers = new Headers(header === null ? {} : { "mcp-param-p": header });
  return paramHeaderFault(AT_P, { p }, headers);
}

Deno.test("paramHeaderFault() finds nothing wrong with the headers that were made for the arguments", () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  fc.assert(fc.property(value, (value) => {
    const sent = new Headers(mirroredHeaders(AT_P, { p: value }));
    assert.equal(paramHeaderFault(AT_P, { p: value }, sent), null);
  }));
});

Deno.test("paramHeaderFault() refuses a header that is missing, says something else, or cannot be read", () => {
  assert.equal(fault("a", null), "Mcp-Param-P header is missing");
  assert.equal(fault("a", "b"), "Mcp-Param-P header does not match the body");
  assert.equal(fault("a", "A"), "Mcp-Param-P header does not match the body");
  assert.equal(fault("a", `=?base64?${btoa("b")}?=`), "Mcp-Param-P header does not match the body");
  assert.equal(fault("a", "=?base64?!!!?="), "Mcp-Param-P header cannot be decoded");
  assert.equal(fault("ü", "ü"), "Mcp-Param-P header cannot be decoded");
  assert.equal(fault("a", `=?base64?${btoa("a")}?=`), null);
});

Deno.test("paramHeaderFault() compares numbers as numbers, and texts as texts", () => {
  for (const [value, header] of [[42, "42.0"], [42, "042"], [-7, "-7"], [0, "-0"]] as const) {
    assert.equal(fault(value, header), null, header);
  }
  for (const [value, header] of [[26, "0x1a"], [1000, "1e3"], [42, "43"], [42, ""]] as const) {
    assert.notEqual(fault(value, header), null, header);
  }
  assert.notEqual(fault("42", "42.0"), null);
  assert.notEqual(fault(true, "True"), null);
  assert.equal(fault(true, "true"), null);
});

Deno.test("paramHeaderFault() wants no header where there is no value for one, and ignores one that is there", () => {
  for (const value of [undefined, null, { a: 1 }, ["a"]]) {
    assert.equal(fault(value, null), null);
    assert.equal(fault(value, "x"), null);
  }
  const sent = new Headers({ "mcp-param-other": "x" });
  assert.equal(paramHeaderFault(AT_P, undefined, sent), null);
  assert.equal(paramHeaderFault([], { p: "a" }, sent), null);
});

Deno.test("paramHeaderFault() reads at the exact path, and nothing that every object has", () => {
  const deep = [{ name: "P", path: ["a", "b"] }];

  assert.equal(
    paramHeaderFault(deep, { a: { b: "x" } }, new Headers({ "mcp-param-p": "x" })),
    null,
  );
  assert.notEqual(paramHeaderFault(deep, { a: { b: "x" } }, new Headers()), null);
  const inherited = [{ name: "P", path: ["constructor", "name"] }];
  assert.equal(paramHeaderFault(inherited, {}, new Headers()), null);
});
