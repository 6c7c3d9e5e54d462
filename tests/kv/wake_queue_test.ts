import assert from "node:assert/strict";
import { WakeQueue } from "../../core/kv/wake_queue.ts";
import { endOfTurn } from "../../core/kv/end_of_turn.ts";
import { eventually } from "../_support/eventually.ts";
import { memoryStore } from "../_support/store.ts";

Deno.test("WakeQueue wakes by a message of the store's queue, and ends with the store", async () => {
  const store = await memoryStore();
  const woken: string[] = [];
  const queue = new WakeQueue({
    kv: store.kv,
    name: "test",
    onWake: (about) => woken.push(...about),
    log: (line) => assert.fail(line),
  });

  queue.send(["a", "b"]);
  await eventually("two names", () => woken.length === 2);
  queue.send(["c"]);
  queue.send(["d"]);
  await eventually("two more", () => woken.length === 4);

  assert.deepEqual(woken.toSorted(), ["a", "b", "c", "d"]);
  await queue.close();
  store.close();
  await queue.ended();
});

Deno.test("WakeQueue sends one message for all that is asked within its pause", async () => {
  const messages: unknown[] = [];
  const queue = new WakeQueue({
    kv: { enqueue: (value) => sent(messages, value), listenQueue: () => Promise.resolve() },
    name: "test",
    onWake: () => {},
    log: (line) => assert.fail(line),
  });

  for (let index = 0; index < 1_000; index++) queue.send([`name ${index % 600}`]);
  await eventually("a second message", () => messages.length === 2);
  await queue.close();

  const abouts = messages.map((message) => Object(message).about.length);
  assert.deepEqual(abouts, [1, 500]);
});

Deno.test("WakeQueue says once that there is no queue, and listens where that never comes", async () => {
  const lines: string[] = [];
  let sends = 0;
  const queue = new WakeQueue({
    kv: {
      enqueue: () => {
        sends++;
        return Promise.reject(new TypeError("Enqueue is not supported"));
      },
      listenQueue: () => Promise.reject(new TypeError("Queues are not supported")),
    },
    name: "test",
    onWake: () => assert.fail("nobody sent a message"),
    log: (line) => lines.push(line),
  });

  queue.send(["a"]);
  await eventually("a line", () => lines.length === 1);
  queue.send(["b"]);
  await queue.close();
  await queue.ended();

  assert.equal(sends, 1);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /no queue .*not supported.*each minute/);
});

Deno.test("WakeQueue ends where there is no queue and listening to it never does", async () => {
  const lines: string[] = [];
  const queue = new WakeQueue({
    kv: {
      enqueue: () => Promise.reject(new TypeError("Enqueue is not supported")),
      listenQueue: () => new Promise(() => {}),
    },
    name: "test",
    onWake: () => assert.fail("nobody sent a message"),
    log: (line) => lines.push(line),
  });

  queue.send(["a"]);
  await eventually("a line", () => lines.length === 1);
  await queue.close();

  let hasEnded = false;
  void queue.ended().then(() => hasEnded = true);
  await endOfTurn();
  assert.equal(hasEnded, true);
});

Deno.test("WakeQueue sends again, and listens again, when another process locked the store", async () => {
  const locked = new TypeError("database is locked");
  const messages: unknown[] = [];
  let [sends, listens] = [0, 0];
  const queue = new WakeQueue({
    kv: {
      enqueue: (value) => ++sends === 1 ? Promise.reject(locked) : sent(messages, value),
      listenQueue: () => ++listens === 1 ? Promise.reject(locked) : Promise.resolve(),
    },
    name: "test",
    onWake: () => {},
    log: (line) => assert.fail(line),
  });

  queue.send(["a"]);
  await eventually("a message", () => messages.length === 1);
  queue.send(["b"]);
  await eventually("one more", () => messages.length === 2 && listens === 2);
  await queue.close();

  assert.deepEqual(messages.map((message) => Object(message).about), [["a"], ["b"]]);
});

Deno.test("WakeQueue leaves messages alone that are not its own", async () => {
  let handle: (value: unknown) => unknown = () => {};
  const woken: string[] = [];
  const queue = new WakeQueue({
    kv: {
      enqueue: (value) => sent([], value),
      listenQueue: (handler) => {
        handle = handler;
        return Promise.resolve();
      },
    },
    name: "test",
    onWake: (about) => woken.push(...about),
    log: (line) => assert.fail(line),
  });
  queue.send(["a"]);
  await queue.close();

  for (const message of [null, 7, "test", { wake: "other", about: ["x"] }, { wake: "test" }]) {
    await handle(message);
  }
  await handle({ wake: "test", about: ["y"] });

  assert.deepEqual(woken, ["y"]);
});

function sent(messages: unknown[], value: unknown): Promise<Deno.KvCommitResult> {
  messages.push(value);
  return Promise.resolve({ ok: true, versionstamp: "" });
}
