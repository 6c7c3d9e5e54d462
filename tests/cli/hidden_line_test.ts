import assert from "node:assert/strict";
import { readHiddenLine } from "../../cli/hidden_line.ts";

/** Types the chunks one after the other; then the input ends. */
function typed(...chunks: (string | Uint8Array)[]) {
  const queue = chunks.map((chunk) =>
    typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk
  );
  return () => Promise.resolve(queue.shift() ?? null);
}

Deno.test("readHiddenLine() gives what was typed before the line's end", async () => {
  assert.equal(await readHiddenLine(typed("ab", "c\rd")), "abc");
  assert.equal(await readHiddenLine(typed("ab\n")), "ab");
  assert.equal(await readHiddenLine(typed("ab")), "ab");
  assert.equal(await readHiddenLine(typed("\u0004")), "");
});

Deno.test("readHiddenLine() takes whole characters back", async () => {
  assert.equal(await readHiddenLine(typed("ab\u007f\u007f\u007fc\r")), "c");
  assert.equal(await readHiddenLine(typed("a🔑\bb\r")), "ab");
  assert.equal(await readHiddenLine(typed("abc\u0015d\r")), "d");
});

Deno.test("readHiddenLine() puts a character together that came in two reads", async () => {
  const bytes = new TextEncoder().encode("é");

  assert.equal(await readHiddenLine(typed(bytes.subarray(0, 1), bytes.subarray(1), "\r")), "é");
});

Deno.test("readHiddenLine() gives null on Ctrl-C", async () => {
  assert.equal(await readHiddenLine(typed("abc\u0003")), null);
});
