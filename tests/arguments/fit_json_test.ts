import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { fitJson } from "../../core/arguments/fit_json.ts";
import { keepableArguments } from "../../core/arguments/keepable_arguments.ts";
import { parseExact } from "../../core/mcp/exact_json.ts";

const SEED = 20261127;

Deno.test("what fits stays as it is, and what does not is JSON of at most that size (property)", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "é", "文", "🙂", '"', "\\", "\n", "\0", "\ud800"),
  });
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      text,
      fc.string({ unit: "grapheme", maxLength: 400 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 30 }),
      fc.dictionary(text, tie("value"), { maxKeys: 30 }),
    ),
  })).value;

  fc.assert(
    fc.property(value, fc.integer({ min: 256, max: 1_000 }), (value, maxBytes) => {
      const whole = JSON.stringify(value);
      const json = fitJson(value, maxBytes);
      JSON.parse(json);
      if (Buffer.byteLength(whole) <= maxBytes) return assert.equal(json, whole);
      assert.ok(Buffer.byteLength(json) <= maxBytes, `${Buffer.byteLength(json)} of ${maxBytes}`);
      assert.match(json, /\[cut/);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("a long text keeps its beginning in whole characters, and says how many are missing", () => {
  for (const char of ["a", "文", "🙂", '"', "\0"]) {
    const { text, after } = JSON.parse(fitJson({ text: char.repeat(5_000), after: 1 }, 1_000));

    const [, kept = "", missing = ""] = /^(.*)…\[cut: (\d+) more characters\]$/s.exec(text) ?? [];
    assert.equal(kept, char.repeat(kept.length / char.length));
    assert.ok(kept.length > 10, `${kept.length} characters of ${char}`);
    assert.equal(kept.length + Number(missing), 5_000 * char.length);
    assert.equal(after, 1);
  }
});

Deno.test("a long list and a large object keep what comes first, and say how much is missing", () => {
  const list = Array.from({ length: 1_000 }, (_, at) => at);
  const object = Object.fromEntries(list.map((at) => [`name${at}`, at]));

  const items = JSON.parse(fitJson(list, 500));
  const fields = JSON.parse(fitJson(object, 500));

  const left = list.slice(items.length - 1);
  const bytes = left.join("").length;
  assert.equal(items.at(-1), `[cut: ${left.length} more items, ${bytes} bytes]`);
  assert.match(fields["[cut]"], /^\d+ more fields, \d+ bytes$/);
  assert.equal(fields.name0, 0);
});

Deno.test("one long text does not push out what comes after it", () => {
  const args = { text: "x".repeat(100_000), list: ["y".repeat(100_000)], query: "orders of May" };

  assert.equal(JSON.parse(fitJson(args, 2_048)).query, "orders of May");
});

Deno.test("a number that JavaScript cannot hold is kept as it was written, or cut as a whole", () => {
  const args = parseExact(`{"id":12345678901234567890,"long":${"9".repeat(5_000)}}`);

  const json = fitJson(args, 2_048);

  assert.match(json, /"id":12345678901234567890,/);
  assert.match(json, /"long":"\[cut: a number of 5000 characters\]"/);
});

Deno.test("of arguments that are too long to be looked through only the size is kept", () => {
  const text = "x".repeat(300_000);

  const json = keepableArguments({ text }, { maxBytes: 2_048, redact: [] }, () => {
    throw new Error("it was looked through");
  });

  assert.match(
    Buffer.from(json).toString(),
    /^"\[cut: 300011 bytes, more than the 262144 looked at\]"$/,
  );
});

Deno.test("a call without arguments is kept as one that had none", () => {
  const json = keepableArguments(undefined, { maxBytes: 256, redact: [] }, (text) => text);

  assert.equal(Buffer.from(json).toString(), "null");
});
