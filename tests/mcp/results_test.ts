import assert from "node:assert/strict";
import fc from "fast-check";
import { asLegacyResult, asModernResult, wantsInput } from "../../core/mcp/results.ts";

const SERVER_INFO = "io.modelcontextprotocol/serverInfo";
const fields = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });

Deno.test("asModernResult() adds a type where there is none, and changes nothing else", () => {
  fc.assert(fc.property(fields, (result) => {
    const modern = asModernResult(result);
    assert.deepEqual(modern, { resultType: "complete", ...result });
  }));
  assert.equal(asModernResult({ resultType: "input_required" }).resultType, "input_required");
  assert.equal(asModernResult({ resultType: "task" }).resultType, "task");
});

Deno.test("asModernResult() says who answered unless the result says so itself", () => {
  const ours = { name: "ours" };
  const theirs = { content: [], _meta: { a: 1, [SERVER_INFO]: { name: "theirs" } } };

  const named = asModernResult({ _meta: { a: 1 } }, ours);
  assert.deepEqual(named._meta, { a: 1, [SERVER_INFO]: ours });
  assert.deepEqual(asModernResult(theirs, ours)._meta, theirs._meta);
  assert.ok(!("_meta" in asModernResult({})));
});

Deno.test("asLegacyResult() takes out what only the modern era knows, and nothing else", () => {
  fc.assert(fc.property(fields, (result) => {
    const { resultType: _1, ttlMs: _2, cacheScope: _3, ...rest } = result;
    const modern = { ...result, resultType: "complete", ttlMs: 5, cacheScope: "private" };
    assert.deepEqual(asLegacyResult(modern), rest);
    assert.deepEqual(asLegacyResult(result), rest);
  }));
});

Deno.test("a legacy result survives the way to a modern client and back", () => {
  fc.assert(fc.property(fields, (result) => {
    const { resultType: _1, ttlMs: _2, cacheScope: _3, ...rest } = result;
    assert.deepEqual(asLegacyResult(asModernResult(rest)), rest);
  }));
});

Deno.test("wantsInput() recognises a result that asks the client first", () => {
  assert.equal(wantsInput({ resultType: "input_required", inputRequests: {} }), true);
  assert.equal(wantsInput({ resultType: "complete" }), false);
  assert.equal(wantsInput({}), false);
});
