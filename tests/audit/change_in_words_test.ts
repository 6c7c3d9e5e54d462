import assert from "node:assert/strict";
import { changeInWords } from "../../core/audit/change_in_words.ts";

Deno.test("changeInWords() says how it is now, and how it was", () => {
  assert.equal(changeInWords({ before: null, after: "warn" }), "warn");
  assert.equal(changeInWords({ before: "warn", after: "hold" }), "warn → hold");
  assert.equal(changeInWords({ before: 60, after: null }), "60 → none");
});

Deno.test("changeInWords() leaves out fields that say nothing", () => {
  const policy = { allow: ["list_*", "get_?"], deny: [], readOnly: true };
  const limits = { requestsPerMinute: null, tools: {} };
  const rules = [{ kind: "header", name: "Authorization", template: "Bearer {{value}}" }];

  const spoken = [policy, limits, rules, []].map((after) => changeInWords({ before: null, after }));

  assert.deepEqual(spoken, [
    "allow list_*, get_?, readOnly true",
    "none",
    "kind header, name Authorization, template Bearer {{value}}",
    "none",
  ]);
});
