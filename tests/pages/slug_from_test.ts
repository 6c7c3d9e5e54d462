import assert from "node:assert/strict";
import { slugFrom } from "../../browser/slug_from.ts";
import { Slug } from "../../core/slug.ts";

Deno.test("slugFrom() gives a slug that is allowed, whatever the name", () => {
  const names: [string, string][] = [
    ["Internal API (v2)", "internal-api-v2"],
    ["  Zürich & Straße  ", "zurich-strasse"],
    ["a__b--c", "a-b-c"],
    [`${"x".repeat(31)} yz`, "x".repeat(31)],
    [`${"x".repeat(30)} yz`, `${"x".repeat(30)}-y`],
    ["工具", ""],
    ["", ""],
  ];

  for (const [name, slug] of names) {
    assert.equal(slugFrom(name), slug);
    if (slug !== "") assert.equal(Slug.parse(slug), slug);
  }
});
