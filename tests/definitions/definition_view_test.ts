import assert from "node:assert/strict";
import { definitionText, fieldDiffs } from "../../core/definitions/definition_view.ts";
import { schemaFields } from "../../core/definitions/schema_fields.ts";
import { textDiff } from "../../core/definitions/text_diff.ts";
import { visibleText } from "../../core/definitions/visible_text.ts";

Deno.test("visibleText() names what nobody would see, and leaves what is read", () => {
  const seen: [string, string][] = [
    ["Liest Straße, 日本語 and\ttabs\nand lines", "Liest Straße, 日本語 and\ttabs\nand lines"],
    ["line\r\nline", "line\nline"],
    ["a\u202eb", "a⟨U+202E⟩b"],
    ["zero\u200bwidth", "zero⟨U+200B⟩width"],
    ["\u{e0041}\u{e0042}", "⟨U+E0041⟩⟨U+E0042⟩"],
    ["bell\u0007", "bell⟨U+0007⟩"],
    ["lone \ud800", "lone ⟨U+D800⟩"],
    ["👩‍💻 ❤️", "👩‍💻 ❤️"],
    ["a\u200db", "a⟨U+200D⟩b"],
    ["variation\ufe01", "variation⟨U+FE01⟩"],
  ];

  for (const [text, shown] of seen) assert.equal(visibleText(text), shown);
});

Deno.test("textDiff() finds the words that differ, and gives back both texts", () => {
  const pairs: [string, string][] = [
    ["Reads one file.", "Reads one file and ~/.ssh."],
    ["", "new"],
    ["old", ""],
    ["a b c d", "b c x d e"],
    ["same", "same"],
    ["x ".repeat(2_000), "y ".repeat(2_000)],
  ];

  for (const [before, after] of pairs) {
    const parts = textDiff(before, after);
    const side = (kind: string) =>
      parts.filter((part) => part.kind === "same" || part.kind === kind)
        .map(({ text }) => text).join("");
    assert.equal(side("removed"), before);
    assert.equal(side("added"), after);
  }
  assert.deepEqual(textDiff("Reads one file.", "Reads two files."), [
    { kind: "same", text: "Reads " },
    { kind: "removed", text: "one" },
    { kind: "added", text: "two" },
    { kind: "same", text: " " },
    { kind: "removed", text: "file" },
    { kind: "added", text: "files" },
    { kind: "same", text: "." },
  ]);
});

Deno.test("a difference shows field by field, and what is a text is told from what is not", () => {
  const before = { name: "a", description: "Reads.", annotations: { readOnlyHint: true } };
  const after = {
    name: "a",
    description: "Reads it.",
    annotations: { readOnlyHint: "true" },
    x: 1,
  };

  const { diff, isAllShown } = fieldDiffs(before, after);

  assert.equal(isAllShown, true);
  assert.deepEqual(diff.map(({ field, change }) => [field, change]), [
    ["description", "changed"],
    ["annotations.readOnlyHint", "changed"],
    ["x", "added"],
  ]);
  assert.deepEqual(diff[1].parts, [
    { kind: "added", text: '"' },
    { kind: "same", text: "true" },
    { kind: "added", text: '"' },
  ]);
});

Deno.test("schemaFields() reads nested objects and lists, and bounds what a server writes", () => {
  let deep: Record<string, unknown> = { type: "string" };
  for (let depth = 0; depth < 20; depth++) deep = { type: "object", properties: { in: deep } };
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`p${at}`, {}]));

  const { fields, isAll } = schemaFields({
    required: ["rows"],
    properties: {
      rows: { type: "array", items: { type: "object", properties: { id: { type: "integer" } } } },
      ref: { $ref: "#/$defs/thing" },
      either: { anyOf: [{ type: "string" }, { type: "null" }] },
    },
  });

  assert.equal(isAll, true);
  assert.deepEqual(fields.map(({ name, type, isRequired }) => [name, type, isRequired]), [
    ["rows", "array of object", true],
    ["rows[].id", "integer", false],
    ["ref", "see #/$defs/thing", false],
    ["either", "string | null", false],
  ]);
  assert.equal(schemaFields(deep).isAll, false);
  assert.equal(schemaFields({ properties: many }).fields.length, 100);
  for (const odd of [null, "x", [], { properties: [] }, { properties: { a: null } }]) {
    assert.ok(schemaFields(odd).fields.length <= 1);
  }
});

Deno.test("a prompt's arguments are fields, and odd hints say nothing", () => {
  const { fields, hints, title } = definitionText({
    name: "ask",
    arguments: [{ name: "topic", required: true, description: "What about." }, "odd"],
    annotations: { readOnlyHint: "yes", title: "Ask" },
  });

  assert.deepEqual(fields.map(({ name, isRequired }) => [name, isRequired]), [["topic", true]]);
  assert.equal(hints.readOnly, null);
  assert.equal(title, "Ask");
});
