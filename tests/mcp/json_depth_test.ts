import assert from "node:assert/strict";
import fc from "fast-check";
import { parseExact } from "../../core/mcp/exact_json.ts";
import { isNestedDeeper } from "../../core/mcp/json_depth.ts";
import { JsonTooDeep } from "../../core/mcp/json_lexer.ts";

Deno.test("isNestedDeeper() says what walking the value says", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.nat(6), (text, limit) => {
      assert.equal(isNestedDeeper(text, limit), depthOf(JSON.parse(text)) > limit, text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("isNestedDeeper() counts no brackets inside of strings", () => {
  const texts = ["[".repeat(50), '\\"[['.repeat(50), "\\", '"', '{"a":['.repeat(9), "]}".repeat(9)];

  for (const text of texts) {
    assert.equal(isNestedDeeper(JSON.stringify([text, { [text]: text }]), 2), false);
  }
  assert.equal(isNestedDeeper('["unfinished [[[[[[[[[', 2), false);
});

Deno.test("parseExact() takes 1,000 levels, and no more", () => {
  const nested = (open: string, levels: number, close: string) =>
    open.repeat(levels) + "1" + close.repeat(levels);

  parseExact(nested("[", 1_000, "]"));
  parseExact(nested('{"a":', 1_000, "}"));
  for (const levels of [1_001, 100_000]) {
    assert.throws(() => parseExact(nested("[", levels, "]")), JsonTooDeep);
    assert.throws(() => parseExact(nested('{"a":', levels, "}")), JsonTooDeep);
    // A number that is kept as it is written has the parser walk the value.
    assert.throws(() => parseExact(`[1e5,${nested("[", levels, "]")}]`), JsonTooDeep);
  }
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
