import assert from "node:assert/strict";
import fc from "fast-check";
import { NotUtf8, StrictDecoder } from "../../core/mcp/strict_text.ts";
import { strictChunks } from "../../core/upstream/strict_chunks.ts";

Deno.test("Text in UTF-8 passes as it is, wherever it is cut", async () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (text, size) => {
      const bytes = new TextEncoder().encode(text);
      const decoder = new StrictDecoder();
      const chunks = cut(bytes, size);

      const passed: number[] = [];
      for await (const chunk of strictChunks(each(chunks))) passed.push(...chunk);

      assert.deepEqual(Uint8Array.from(passed), bytes);
      const decoded = chunks.map((chunk) => decoder.decode(chunk)).join("") + decoder.end();
      assert.equal(decoded, new TextDecoder().decode(bytes));
    }),
    { numRuns: 500 },
  );
});

Deno.test("What is no UTF-8 is refused, wherever it is cut", async () => {
  const wrong = [
    [0xff],
    [0x61, 0x80],
    [0xe2, 0x82],
    [0xe2, 0x82, 0x61],
    [0xc0, 0x80],
    [
      0xed,
      0xa0,
      0x80,
    ],
    [0xf4, 0x90, 0x80, 0x80],
    [0x61, 0xf0, 0x9f, 0x92],
  ];

  for (const bytes of wrong) {
    for (const size of [1, 2, 3, 4]) {
      const chunks = cut(Uint8Array.from(bytes), size);
      const decoder = new StrictDecoder();
      await assert.rejects(Array.fromAsync(strictChunks(each(chunks))), NotUtf8, bytes.join());
      assert.throws(() => {
        for (const chunk of chunks) decoder.decode(chunk);
        decoder.end();
      }, NotUtf8);
    }
  }
});

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, at) => bytes.slice(at * size, (at + 1) * size));
}

async function* each(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
