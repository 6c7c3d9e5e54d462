import assert from "node:assert/strict";
import fc from "fast-check";
import {
  endpointEvent,
  KEEP_ALIVE,
  messageEvent,
  readSse,
  type SseEvent,
  SseTooLarge,
} from "../../core/mcp/sse.ts";

/** Reads a stream that arrives in these pieces. */
async function read(pieces: readonly (string | Uint8Array)[], maxChars = 1_000_000) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) {
        controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      }
      controller.close();
    },
  });
  const events: SseEvent[] = [];
  for await (const event of readSse(body.getReader(), maxChars)) events.push(event);
  return events;
}

async function dataOf(...pieces: (string | Uint8Array)[]): Promise<string[]> {
  return (await read(pieces)).map(({ data }) => data);
}

Deno.test("readSse() reads events with any line ending", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = ["event: endpoint", "id: 7", "data: /here", "", "data: b", "", ""].join(end);
    assert.deepEqual(await read([text]), [
      { event: "endpoint", data: "/here", id: "7" },
      { event: "message", data: "b", id: undefined },
    ], JSON.stringify(end));
  }
});

Deno.test("readSse() joins several data lines, and passes over comments and empty events", async () => {
  assert.deepEqual(await dataOf("data: a\ndata: b\ndata:c\n\n"), ["a\nb\nc"]);
  assert.deepEqual(await dataOf(": hello\n\n:\n\ndata: a\n: in between\ndata: b\n\n"), ["a\nb"]);
  assert.deepEqual(await dataOf("id: 1\nretry: 500\ndata:\n\ndata: \n\nevent: x\n\n"), []);
  assert.deepEqual(await dataOf("\ufeffdata: a\n\n"), ["a"]);
  assert.deepEqual(await dataOf("data: unfinished\n"), []);
});

Deno.test("readSse() reads the same however the bytes are cut", async () => {
  const events = ["Grüße, 世界 🌍", '{"a":1}', "x".repeat(300)];
  const text = `: hi\r\n\r\n${events.map((data) => `data: ${data}\r\n\r\n`).join("")}`;
  const bytes = new TextEncoder().encode(text);
  const cuts = fc.array(fc.nat(bytes.length), { maxLength: 20 });

  await fc.assert(fc.asyncProperty(cuts, async (unordered) => {
    const places = [0, ...unordered.toSorted((a, b) => a - b), bytes.length];
    const pieces = places.slice(1).map((end, at) => bytes.slice(places[at], end));
    assert.deepEqual(await dataOf(...pieces), events);
  }));
});

Deno.test("readSse() reads a character that is split between two chunks", async () => {
  const bytes = new TextEncoder().encode("data: 🌍\n\n");
  const single = Array.from(bytes, (byte) => new Uint8Array([byte]));

  assert.deepEqual(await dataOf(...single), ["🌍"]);
});

Deno.test("readSse() gives up an event over the limit, in one line or in many", async () => {
  const line = "data: " + "x".repeat(100);
  await assert.rejects(read([line, "x".repeat(1_000)], 500), SseTooLarge);
  await assert.rejects(read(new Array(50).fill(`${line}\n`), 500), SseTooLarge);
  await assert.rejects(read(new Array(500).fill("data: "), 500), SseTooLarge);
});

Deno.test("readSse() gives the events that came before one over the limit", async () => {
  const seen: string[] = [];
  const pieces = ["data: a\n\ndata: " + "x".repeat(1_000)];
  const body = new Blob(pieces).stream();

  await assert.rejects(async () => {
    for await (const { data } of readSse(body.getReader(), 500)) seen.push(data);
  }, SseTooLarge);

  assert.deepEqual(seen, ["a"]);
});

Deno.test("readSse() does not count many small events, or comments, together", async () => {
  const events = await read(new Array(1_000).fill("data: abc\n\n: a comment\n\n"), 100);

  assert.equal(events.length, 1_000);
});

Deno.test("readSse() takes no more from its stream than its reader takes from it", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(`data: ${pulled++}\n\n`));
    },
  }, { highWaterMark: 0 });
  const reader = body.getReader();

  const events = readSse(reader, 1_000);
  await events.next();
  await events.next();

  assert.equal(pulled, 2);
  await reader.cancel();
});

Deno.test("what the gateway writes as an event is read as that event", async () => {
  const json = fc.json().map((text) => JSON.stringify(JSON.parse(text)));
  await fc.assert(fc.asyncProperty(json, async (text) => {
    const pieces = [endpointEvent("/ws/a/sse?stream=b"), KEEP_ALIVE, messageEvent(text)];
    assert.deepEqual(await read(pieces), [
      { event: "endpoint", data: "/ws/a/sse?stream=b", id: undefined },
      { event: "message", data: text, id: undefined },
    ]);
  }));
});
