import assert from "node:assert/strict";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import { memoryStore } from "../_support/store.ts";

/** Two processes on one store, whose clock the test moves. */
async function startTwo() {
  const store = await memoryStore();
  const clock = { nowMs: Date.parse("2026-11-22T09:30:00.000Z") };
  const now = () => new Date(clock.nowMs);
  const of = (instanceId: string) => new LeaseStore(store.kv, { instanceId, now });
  return { clock, one: of("one"), two: of("two"), [Symbol.dispose]: () => store.close() };
}

Deno.test("LeaseStore.hold() gives a lease to one of two, who may renew it", async () => {
  using they = await startTwo();

  assert.deepEqual(
    (await Promise.all([they.one.hold("work"), they.two.hold("work")])).sort(),
    [false, true],
  );

  const holder = await they.one.hold("work") ? they.one : they.two;
  they.clock.nowMs += 29_000;
  assert.equal(await holder.hold("work"), true);
  they.clock.nowMs += 29_000;
  const other = holder === they.one ? they.two : they.one;
  assert.equal(await other.hold("work"), false);
  assert.equal(await other.hold("other work"), true);
});

Deno.test("LeaseStore.hold() gives a lease on when its holder is silent for half a minute", async () => {
  using they = await startTwo();
  await they.one.hold("work");

  they.clock.nowMs += 30_000;

  assert.equal(await they.two.hold("work"), true);
  assert.equal(await they.one.hold("work"), false);
});

Deno.test("LeaseStore.hold() gives a lease on that ends later than any clock would have it", async () => {
  using they = await startTwo();
  they.clock.nowMs += 86_400_000;
  await they.one.hold("work");

  they.clock.nowMs -= 86_400_000;

  assert.equal(await they.two.hold("work"), true);
  // Clocks that are a little apart take nothing from each other.
  they.clock.nowMs -= 45_000;
  assert.equal(await they.one.hold("work"), false);
});

Deno.test("LeaseStore.release() gives up one's own lease alone", async () => {
  using they = await startTwo();
  await they.one.hold("work");

  await they.two.release("work");
  assert.equal(await they.two.hold("work"), false);

  await they.one.release("work");
  assert.equal(await they.two.hold("work"), true);
});
