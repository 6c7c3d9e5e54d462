import assert from "node:assert/strict";
import { EventStream } from "../../core/gateway/event_stream.ts";

const BIG = "x".repeat(70_000);

async function readAll(stream: EventStream): Promise<string> {
  return await new Response(stream.body).text();
}

/** Lets everything that is ready run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

Deno.test("EventStream.write() waits for its reader once the buffer is full", async () => {
  const stream = new EventStream(() => {});
  let written = 0;

  const writer = (async () => {
    for (; written < 5; written++) await stream.write(BIG);
    stream.end();
  })();
  await settle();
  assert.equal(written, 1);

  assert.equal((await readAll(stream)).length, 5 * BIG.length);
  await writer;
});

Deno.test("EventStream.write() serves every one of several waiting writers, in their order", async () => {
  const stream = new EventStream(() => {});
  await stream.write(BIG);

  const writers = Array.from({ length: 10 }, (_, at) => stream.write(`${at}${BIG}`));
  void Promise.all(writers).then(() => stream.end());

  const text = await readAll(stream);
  assert.equal(text.replaceAll("x", ""), "0123456789");
});

Deno.test("EventStream.write() lets nobody overtake who has waited", async () => {
  const stream = new EventStream(() => {});
  await stream.write(BIG);
  const writers = ["a", "b"].map((text) => stream.write(text));
  const reader = stream.body.getReader();

  // Room is made, and somebody writes before those who waited for it had their turn.
  const first = reader.read();
  const late = stream.write("late");
  await Promise.all([first, ...writers, late]);
  stream.end();

  let text = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    text += new TextDecoder().decode(chunk.value);
  }
  assert.equal(text, "ablate");
});

Deno.test("EventStream lets every waiting writer go when its reader leaves", async () => {
  let gone = 0;
  const stream = new EventStream(() => gone++);
  await stream.write(BIG);
  const writers = Array.from({ length: 10 }, () => stream.write("more"));

  await stream.body.cancel();

  await Promise.all(writers);
  assert.equal(gone, 1);
  assert.equal(stream.isOpen, false);
});

Deno.test("EventStream lets every waiting writer go when it is ended", async () => {
  const stream = new EventStream(() => {});
  await stream.write(BIG);
  const writers = Array.from({ length: 10 }, () => stream.write("more"));

  stream.end();

  await Promise.all(writers);
  assert.equal(await readAll(stream), BIG);
});

Deno.test("EventStream drops what is written after its end", async () => {
  const stream = new EventStream(() => {});
  await stream.write("a");
  stream.end();
  stream.end();

  await stream.write("b");
  stream.tryWrite("c");

  assert.equal(await readAll(stream), "a");
});

Deno.test("EventStream.tryWrite() does not wait and does not fill a full buffer", async () => {
  const stream = new EventStream(() => {});
  stream.tryWrite("a");
  await stream.write(BIG);

  for (let at = 0; at < 1_000; at++) stream.tryWrite(":\n\n");
  stream.end();

  assert.equal(await readAll(stream), `a${BIG}`);
});

Deno.test("EventStream takes a reader for gone that lets 10,000 messages wait", async () => {
  let gone = 0;
  const stream = new EventStream(() => gone++);
  await stream.write("x".repeat(100_000));

  const waiting = Array.from({ length: 10_000 }, () => stream.write("message"));
  assert.equal(stream.isOpen, true);
  const tooMany = stream.write("one more");
  await Promise.all([...waiting, tooMany]);

  assert.deepEqual([stream.isOpen, gone], [false, 1]);
  await assert.rejects(new Response(stream.body).text(), /too slow/);
});
