import assert from "node:assert/strict";
import { timingSafeEqual } from "@std/crypto";
import { timingSafeEqual as direct } from "@std/crypto/timing-safe-equal";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("timingSafeEqual() tells equal bytes from others", () => {
  assert.equal(timingSafeEqual(bytes(1, 2, 3), bytes(1, 2, 3)), true);
  assert.equal(timingSafeEqual(bytes(1, 2, 3), bytes(1, 2, 4)), false);
  assert.equal(timingSafeEqual(bytes(), bytes()), true);
});

Deno.test("timingSafeEqual() compares buffers and views by the bytes that they show", () => {
  const whole = bytes(9, 1, 2, 9);
  const part = whole.subarray(1, 3);

  assert.equal(timingSafeEqual(part, bytes(1, 2)), true);
  assert.equal(timingSafeEqual(bytes(1, 2).buffer, part), true);
  assert.equal(timingSafeEqual(new DataView(whole.buffer, 1, 2), part), true);
  assert.equal(timingSafeEqual(whole.buffer.slice(1, 3), part), true);
  assert.equal(timingSafeEqual(whole.buffer.slice(0, 2), part), false);
});

Deno.test("timingSafeEqual() is the same function under its own path", () => {
  assert.equal(direct, timingSafeEqual);
});
