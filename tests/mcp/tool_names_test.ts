import assert from "node:assert/strict";
import fc from "fast-check";
import {
  exposedName,
  exposedNames,
  looksShortened,
  MAX_EXPOSED_LENGTH,
  splitExposedName,
} from "../../core/mcp/tool_names.ts";

const slug = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/).filter(({ length }) => length <= 32);
const tool = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,80}$/),
);

Deno.test("exposedName() leaves a short plain name as it is", () => {
  assert.equal(exposedName("notes", "search"), "notes__search");
  assert.equal(exposedName("a", "x".repeat(43)), `a__${"x".repeat(43)}`);
  assert.equal(exposedName("notes", "_private__name_"), "notes___private__name_");
});

Deno.test("exposedName() gives the same name for good", () => {
  assert.equal(exposedName("files", "files.read.v1"), "files__files_read_v1_eloakdkb");
  assert.equal(exposedName("a", "x".repeat(44)), `a__${"x".repeat(34)}_74l98djv`);
});

Deno.test("exposedName() fits every client: 46 characters of letters, digits, - and _", () => {
  fc.assert(fc.property(slug, tool, (slug, tool) => {
    const name = exposedName(slug, tool);
    assert.match(name, /^[A-Za-z0-9_-]+$/);
    assert.ok(name.length <= MAX_EXPOSED_LENGTH, name);
    assert.equal(splitExposedName(name)?.slug, slug);
  }));
});

Deno.test("exposedName() tells whether it kept the tool's own name", () => {
  fc.assert(fc.property(slug, tool, (slug, tool) => {
    const name = exposedName(slug, tool);
    const isKept = name === `${slug}__${tool}`;
    assert.ok(isKept ? splitExposedName(name)?.rest === tool : looksShortened(name));
  }));
});

Deno.test("exposedNames() gives every tool a name of its own, and every name leads back", () => {
  fc.assert(fc.property(slug, fc.uniqueArray(tool, { maxLength: 50 }), (slug, tools) => {
    const names = exposedNames(slug, tools);
    assert.deepEqual([...names.values()], tools);
    for (const name of names.keys()) {
      assert.match(name, /^[A-Za-z0-9_-]+$/);
      assert.ok(name.length <= MAX_EXPOSED_LENGTH, name);
      assert.equal(splitExposedName(name)?.slug, slug);
    }
  }));
});

Deno.test("exposedNames() keeps two tools apart of which one is called like the other's short name", () => {
  const long = "a.name.with.dots";
  const rival = splitExposedName(exposedName("s", long))?.rest ?? "";

  for (const tools of [[long, rival], [rival, long]]) {
    const names = exposedNames("s", tools);
    assert.deepEqual([...names.values()], tools);
    const [first, second] = names.keys();
    assert.equal(first, exposedName("s", long));
    assert.ok(looksShortened(second), "only the list can tell what it stands for");
    assert.equal(second.length, first.length + 17);
  }
});

Deno.test("splitExposedName() divides at the first double underscore, and only there", () => {
  assert.deepEqual(splitExposedName("a__b__c"), { slug: "a", rest: "b__c" });
  assert.deepEqual(splitExposedName("a___b"), { slug: "a", rest: "_b" });
  for (const name of ["", "a", "a_b", "__b", "a__", "__"]) {
    assert.equal(splitExposedName(name), null, name);
  }
});
