import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import fc from "fast-check";
import { BytePile } from "../../core/mcp/byte_pile.ts";
import { SseFrames } from "../../core/mcp/sse_frames.ts";

v8.setFlagsFromString("--expose-gc");
const collectGarbage: (() => void) | undefined = vm.runInNewContext("globalThis.gc");
const ignore = collectGarbage === undefined;

Deno.test("BytePile gives back what it took, whatever the sizes of the pieces", () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 20_000 }));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 40 }), fc.nat(), (sizes, seed) => {
      let next = seed;
      const pieces = sizes.map((length) => Uint8Array.from({ length }, () => next++ & 0xff));
      const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
      const pile = new BytePile();

      for (const piece of pieces) pile.push(piece);

      assert.equal(pile.sizeBytes, whole.length);
      assert.deepEqual(pile.bytes(), whole);
      assert.deepEqual(pile.take(Uint8Array.of(7)), Uint8Array.of(...whole, 7));
      assert.equal(pile.sizeBytes, 0);
    }),
    { numRuns: 100 },
  );
});

Deno.test(
  "What comes one byte at a time costs no more than a few times its size",
  { ignore },
  () => {
    const pieces = 500_000;
    const held: Record<string, (byte: Uint8Array) => void> = {
      pile: ((pile) => (byte) => pile.push(byte))(new BytePile()),
      event: ((frames) => (byte) => void frames.push(byte))(new SseFrames()),
    };

    for (const [what, push] of Object.entries(held)) {
      const before = heldBytes();
      for (let at = 0; at < pieces; at++) push(Uint8Array.of(120));
      const keptBytes = heldBytes() - before;
      assert.ok(keptBytes < 60 * pieces, `${what}: ${keptBytes}`);
    }
  },
);

Deno.test("A piece does not keep the larger buffer that it was read into", { ignore }, () => {
  const pile = new BytePile();
  const before = heldBytes();

  for (let at = 0; at < 500; at++) pile.push(new Uint8Array(256 * 1024).subarray(0, 8 * 1024));

  const keptBytes = heldBytes() - before;
  assert.ok(keptBytes < 4 * pile.sizeBytes, `${keptBytes} of ${pile.sizeBytes}`);
});

/** What is in use, without what nobody holds any more. */
function heldBytes(): number {
  collectGarbage?.();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
