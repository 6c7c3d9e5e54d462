import assert from "node:assert/strict";
import type { GatewayError } from "../core/errors.ts";
import { type Pieces, PulledBodies } from "../core/pulled_bodies.ts";

/** Pieces that are counted as they are made. */
function counted(total = Infinity) {
  const made = { count: 0, hasEnded: false };
  const pieces: Pieces = async function* () {
    try {
      while (made.count < total) yield `${++made.count}\n`;
    } finally {
      made.hasEnded = true;
    }
  };
  return { made, pieces };
}

Deno.test("PulledBodies make a piece when the one before was taken, and no sooner", async () => {
  const bodies = new PulledBodies({ what: "streams", max: 2 });
  const { made, pieces } = counted();

  const reader = bodies.open(pieces).getReader();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const before = made.count;
  for (let taken = 0; taken < 3; taken++) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 5));

  assert.deepEqual([before, made.count], [0, 3]);
  await reader.cancel();
  assert.deepEqual([made.hasEnded, bodies.size], [true, 0]);
});

Deno.test("PulledBodies take no more than their limit, until one of them has ended", async () => {
  const bodies = new PulledBodies({ what: "streams", max: 1 });
  const first = bodies.open(counted(2).pieces);

  assert.throws(
    () => bodies.open(counted().pieces),
    (error: GatewayError) =>
      error.code === "too_many" && /^1 streams are/.test(error.publicMessage),
  );
  assert.equal(await new Response(first).text(), "1\n2\n");
  await bodies.open(counted().pieces).cancel();
  assert.equal(bodies.size, 0);
});

Deno.test("PulledBodies whose reader takes nothing for a minute make room, when another one has none", async () => {
  const clock = { nowMs: 0 };
  const bodies = new PulledBodies({ what: "streams", max: 2, elapsedMs: () => clock.nowMs });
  const { made, pieces } = counted();
  const stalled = bodies.open(pieces).getReader();
  await stalled.read();
  const waiting = bodies.open(async function* (signal) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    yield "late";
  }).getReader();
  void waiting.read().catch(() => {});

  clock.nowMs = 59_999;
  assert.throws(() => bodies.open(counted().pieces), { code: "too_many" });
  assert.equal(made.hasEnded, false);
  clock.nowMs = 60_000;
  const third = bodies.open(counted().pieces).getReader();

  await assert.rejects(stalled.read(), /Broke off one of streams: nobody read on for a minute/);
  assert.deepEqual([made.hasEnded, bodies.size], [true, 2]);
  // Who waits for what there is not yet has not stalled, however long it takes.
  await third.read();
  clock.nowMs = 110_000;
  assert.throws(() => bodies.open(counted().pieces), { code: "too_many" });
  await bodies.close();
});

Deno.test("PulledBodies.close() breaks off what is read, and what waits for something", async () => {
  const bodies = new PulledBodies({ what: "streams", max: 2 });
  const waiting = bodies.open(async function* (signal) {
    yield "first";
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }).getReader();
  const { made, pieces } = counted();
  const idle = bodies.open(pieces).getReader();
  await idle.read();
  await waiting.read();
  const next = waiting.read();

  await bodies.close();

  await assert.rejects(next, /Broke off streams/);
  await assert.rejects(idle.read(), /Broke off streams/);
  assert.ok(made.hasEnded);
  assert.throws(() => bodies.open(pieces), (error: GatewayError) => error.code === "shutting_down");
});

Deno.test("PulledBodies pass a failure on to the reader", async () => {
  const bodies = new PulledBodies({ what: "streams", max: 1 });
  const body = bodies.open(async function* () {
    yield "first";
    throw new Error("the store is gone");
  });

  await assert.rejects(new Response(body).text(), /the store is gone/);
  assert.equal(bodies.size, 0);
});
