import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { SseParser } from "../../core/mcp/sse.ts";
import { NotUtf8 } from "../../core/mcp/strict_text.ts";
import { SseFrames } from "../../core/mcp/sse_frames.ts";
import { serveLocally } from "../_support/upstream.ts";
import { modern } from "../gateway/_requests.ts";
import { startWorld } from "../gateway/_world.ts";
import { assertWellFormed, fuzz, read } from "./_door.ts";

const LIMIT = 1_000_000;

/** Streams that are nearly right, as bytes. */
const stream: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.array(
    fc.oneof(
      fc.constantFrom(
        "data:",
        "data: ",
        "event: message",
        "id: 7",
        "retry: 10",
        ": comment",
        "data",
      ),
      fc.constantFrom("\n", "\n\n", "\r", "\r\n", "\r\n\r\n", "\u2028", "\ufeff", "ä", "🔑"),
      fc.constantFrom('{"jsonrpc":"2.0","id":1,"result":{}}', '{"jsonrpc":"2.0"', "[]", "null"),
      fc.string({ unit: "binary", maxLength: 10 }),
    ),
    { maxLength: 25 },
  ).map((parts) => new TextEncoder().encode(parts.join(""))),
  fc.uint8Array({ maxLength: 200 }),
);

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 });

/** The bytes in pieces of these sizes, again and again. */
function piecesOf(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length];
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** What is read of a stream, or that it is none. */
function eventsOf(pieces: readonly Uint8Array[]) {
  const parser = new SseParser(LIMIT);
  try {
    return pieces.flatMap((piece) => [...parser.feed(piece)]);
  } catch (error) {
    assert.ok(error instanceof NotUtf8, String(error));
    return "no UTF-8";
  }
}

Deno.test("a stream has the same events however it is cut", async () => {
  await fuzz(1_500, [stream, sizes], (bytes, lengths) => {
    assert.deepEqual(eventsOf(piecesOf(bytes, lengths)), eventsOf([bytes]));
  });
});

Deno.test("frames give out every byte once, in whole events, however the stream is cut", async () => {
  await fuzz(1_500, [stream, sizes], (bytes, lengths) => {
    const frames = new SseFrames();
    const given = piecesOf(bytes, lengths).map((piece) => frames.push(piece));
    const out = Buffer.concat(given);

    assert.deepEqual(Buffer.concat([out, frames.beginning()]), Buffer.from(bytes));
    for (const part of given) {
      if (part.length > 0) assert.match(String.fromCharCode(part.at(-1) ?? 0), /[\r\n]/);
    }
  });
});

Deno.test("whatever a server answers with, its caller gets an answer that names it", async () => {
  let answer: { bytes: Uint8Array; type: string; status: number } | null = null;
  await using server = serveLocally(async (request) => {
    await request.body?.cancel();
    const { bytes, type, status } = answer ?? { bytes: new Uint8Array(), type: "", status: 404 };
    return new Response(new Uint8Array(bytes), { status, headers: { "content-type": type } });
  });
  await using world = await startWorld();
  await world.addServer("notes", `${server.origin}/mcp`);
  const { token } = await world.addToken();
  const given = fc.record({
    bytes: stream,
    type: fc.constantFrom("text/event-stream", "application/json", "text/html", ""),
    status: fc.constantFrom(200, 202, 400, 404, 200),
  });

  await fuzz(150, [given], async (next) => {
    answer = next;
    // A server that fails again and again is not called for a while.
    world.advance(5 * 60_000);
    const call = { name: "notes__echo", arguments: { text: "a" } };
    assertWellFormed(await read(world.send(modern(token, "tools/call", call))));
  });
});
