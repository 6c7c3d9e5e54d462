import assert from "node:assert/strict";
import fc from "fast-check";
import { joined } from "../../core/mcp/json_splice.ts";
import { readLongEvents, SseCut } from "../../core/mcp/long_events.ts";
import { readSse, SseTooLarge } from "../../core/mcp/sse.ts";

const LONG = 40;

function bodyOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece.slice());
      controller.close();
    },
  });
}

function cut(text: string, cuts: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length]
    .toSorted((a, b) => a - b);
  return places.slice(1).map((end, at) => bytes.slice(places[at], end));
}

/** The data of every event, and of which events it came in pieces. */
async function read(
  pieces: readonly Uint8Array[],
  isWanted: (beginning: string) => boolean,
  maxBytes = 100_000,
): Promise<{ data: string[]; long: string[] }> {
  const data: string[] = [];
  const long: string[] = [];
  const decoder = new TextDecoder();
  const events = readLongEvents(bodyOf(pieces).getReader(), {
    maxBytes,
    longBytes: LONG,
    isWanted: (beginning) => isWanted(decoder.decode(beginning)),
  });

  for await (const event of events) {
    if ("data" in event) {
      data.push(event.data);
      continue;
    }
    const text = decoder.decode(joined(await Array.fromAsync(event.chunks)));
    data.push(text);
    long.push(text);
  }
  return { data, long };
}

const anyEnd = fc.constantFrom("\n", "\r\n", "\r");
const anyLines = fc.array(fc.constantFrom("a", "wxyz".repeat(8), "ü€🌍 ", ": b", ""), {
  minLength: 1,
  maxLength: 6,
});
const anyEvent = fc.record({ lines: anyLines, before: fc.constantFrom("", ": hi", "id: 7") });
const anyCuts = fc.array(fc.nat(), { maxLength: 12 });

Deno.test("readLongEvents() reads what readSse() reads, however the bytes are cut", async () => {
  const streams = fc.tuple(fc.array(anyEvent, { maxLength: 5 }), anyEnd, anyCuts, fc.boolean());

  await fc.assert(
    fc.asyncProperty(streams, async ([events, end, cuts, wanted]) => {
      const text = events.map(({ lines, before }) =>
        [...before === "" ? [] : [before], ...lines.map((line) => `data: ${line}`), "", ""].join(
          end,
        )
      ).join("");
      const expected: string[] = [];
      const pieces = cut(text, cuts);
      for await (const { data } of readSse(bodyOf(pieces).getReader(), 100_000)) {
        expected.push(data);
      }

      const { data, long } = await read(pieces, () => wanted);

      assert.deepEqual(data.filter((one) => one !== ""), expected);
      if (!wanted) assert.deepEqual(long, []);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("readLongEvents() gives a long event while it comes, and the next one after it", async () => {
  const long = "long".repeat(100);
  const text = `data: a\n\nevent: message\nid: 1\ndata: ${long}\n\ndata: b\n\n`;

  const seen = await read(cut(text, [30, 60, 200, 440]), (beginning) => beginning.startsWith("l"));

  assert.deepEqual(seen, { data: ["a", long, "b"], long: [long] });
});

Deno.test("readLongEvents() takes no more of a long event than its reader takes", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new TextEncoder().encode(pulled === 1 ? "data: " : "x".repeat(100)));
    },
  }, { highWaterMark: 0 });
  const reader = body.getReader();
  const options = { maxBytes: 1_000, longBytes: LONG, isWanted: () => true };

  const first = await readLongEvents(reader, options).next();
  assert.ok(!first.done && "chunks" in first.value);
  await first.value.chunks.next();
  await first.value.chunks.next();

  assert.equal(pulled, 3);
  await reader.cancel();
});

Deno.test("readLongEvents() says when a stream ends in the middle of a long event", async () => {
  const half = cut(`data: ${"x".repeat(200)}`, [100]);

  await assert.rejects(read(half, () => true), SseCut);
  assert.deepEqual(await read(half, () => false), { data: [], long: [] });
});

Deno.test("readLongEvents() gives up an event over the limit that is not wanted", async () => {
  const text = `data: ${"x".repeat(500)}`;

  await assert.rejects(read(cut(text, [100, 400]), () => false, 300), SseTooLarge);
});
