import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeHeaderValue } from "../../core/mcp/header_values.ts";
import {
  mirroredHeaders,
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
