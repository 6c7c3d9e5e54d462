import assert from "node:assert/strict";
import { changesBetween } from "../../core/audit/audit_entry.ts";

Deno.test("changesBetween() says what differs, and cuts what is long", () => {
  const list = Array.from({ length: 60 }, (_, at) => at);
  const before = { name: "One", list: [0], same: { deep: [1] } };
  const after = { name: "x".repeat(3_000), list, same: { deep: [1] } };

  const { name, list: listed, ...rest } = changesBetween(before, after, ["name", "list", "same"]);

  assert.deepEqual(name, { before: "One", after: `${"x".repeat(2_000)}…` });
  assert.deepEqual(listed.after, [...list.slice(0, 50), "… and 10 more"]);
  assert.deepEqual(rest, {});
});

Deno.test("changesBetween() says all of it where the difference lies behind the cut", () => {
  const list = Array.from({ length: 60 }, (_, at) => at);
  const text = "x".repeat(3_000);
  const before = { list, text: `${text}before` };
  const after = { list: list.with(55, -1), text: `${text}after` };

  assert.deepEqual(changesBetween(before, after, ["list", "text"]), {
    list: { before: before.list, after: after.list },
    text: { before: before.text, after: after.text },
  });
});
