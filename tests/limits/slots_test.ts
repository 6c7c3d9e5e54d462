import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { keys } from "../../core/kv/keys.ts";
import { openStore, type Store } from "../../core/kv/open_store.ts";
import { SlotStore } from "../../core/limits/slot_store.ts";
import { type SlotOptions, Slots } from "../../core/limits/slots.ts";
import { startProcess } from "../_support/child_process.ts";
import { START } from "../_support/core.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { memoryStore } from "../_support/store.ts";
import { tempStore } from "../_support/temp_store.ts";

const SCOPE = "workspace/ws_test";
const HURRIED: SlotOptions = { waitMs: 250, idleMs: 10 };
const PATIENT: SlotOptions = { waitMs: 10_000, idleMs: 10 };

/** What processes on one store count with, and their one clock. */
function processesOn(
  kv: Deno.Kv | Deno.Kv[],
  count: number,
  options: SlotOptions = HURRIED,
) {
  const clock = { nowMs: START.getTime() };
  const now = () => new Date(clock.nowMs);
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const all = Array.from({ length: count }, (_, at) => {
    const own = Array.isArray(kv) ? kv[at] : kv;
    return new Slots(new SlotStore(own, { instanceId: `i${at}`, now }), { now, log }, options);
  });
  return {
    clock,
    all,
    logged,
    [Symbol.asyncDispose]: async () => void await Promise.all(all.map((slots) => slots.close())),
  };
}

function close(store: Store): void {
  store.close();
}

async function heldIn(kv: Deno.Kv): Promise<number> {
  const { value } = await kv.get<Record<string, { slots: number }>>(keys.slots(SCOPE));
  return Object.values(value ?? {}).reduce((sum, { slots }) => sum + slots, 0);
}

Deno.test("Slots.take() gives as many places at once as the limit says, and a free one again", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 1);
  const [slots] = world.all;

  const taken = [await slots.take(SCOPE, 2), await slots.take(SCOPE, 2)];
  const third = await slots.take(SCOPE, 2);
  taken[0]?.[Symbol.dispose]();
  taken[0]?.[Symbol.dispose]();
  const again = [await slots.take(SCOPE, 2), await slots.take(SCOPE, 2)];

  assert.deepEqual([taken.includes(null), third], [false, null]);
  assert.deepEqual(again.map((place) => place === null), [false, true]);
});

Deno.test("Slots.take() waits a moment for a place that another process has free", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 2, PATIENT);
  const [one, other] = world.all;

  (await one.take(SCOPE, 1))?.[Symbol.dispose]();
  const place = await other.take(SCOPE, 1);

  assert.notEqual(place, null);
});

Deno.test("Slots of several processes never let more calls run at once than the limit", async () => {
  using file = await tempStore();
  using handles = new DisposableStack();
  const stores = [file.store];
  for (let at = 1; at < 3; at++) stores.push(handles.adopt(await openStore(file.path), close));

  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.record({ at: fc.nat(2), turns: fc.nat(12) }), { minLength: 1, maxLength: 40 }),
      async (limit, count, calls) => {
        const options = { waitMs: 20, idleMs: 2 };
        await using world = processesOn(stores.map(({ kv }) => kv), count, options);
        let running = 0;
        let most = 0;

        await Promise.all(calls.map(async ({ at, turns }, index) => {
          await pause(index % 7);
          using place = await world.all[at % count].take(SCOPE, limit);
          if (place === null) return;
          most = Math.max(most, ++running);
          await pause(turns);
          running--;
        }));

        assert.ok(most <= limit, `${most} of ${limit}`);
        assert.deepEqual(world.logged, []);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("Slots.take() refuses at once when many more wait than there are places", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 1, PATIENT);
  const [slots] = world.all;

  const place = await slots.take(SCOPE, 1);
  const waiting = Array.from({ length: 101 }, () => slots.take(SCOPE, 1));
  const refused = slots.take(SCOPE, 1);
  place?.[Symbol.dispose]();
  for (const one of waiting) (await one)?.[Symbol.dispose]();

  assert.equal(await refused, null);
});

Deno.test("Slots give back what lies idle, and leave nothing behind", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 1);
  const [slots] = world.all;

  const places = await Promise.all(Array.from({ length: 30 }, () => slots.take(SCOPE, 100)));
  const atMost = await heldIn(store.kv);
  for (const place of places) place?.[Symbol.dispose]();
  await eventually("no place is held", async () => await heldIn(store.kv) === 0);

  assert.ok(atMost >= 30 && atMost <= 35, String(atMost));
  assert.equal((await store.kv.get(keys.slots(SCOPE))).versionstamp, null);
});

Deno.test("Slots: a place that is about to be given back is not used meanwhile", async () => {
  const wishes: number[] = [];
  const givingBack = Promise.withResolvers<void>();
  const untilMs = START.getTime() + 30_000;
  const slots = new Slots(
    {
      async hold(_scope, { wanted }) {
        wishes.push(wanted);
        if (wanted < 2) await givingBack.promise;
        return { slots: wanted, untilMs };
      },
    },
    { now: () => START, log: assert.fail },
    { waitMs: 50, idleMs: 5 },
  );

  const places = await Promise.all([slots.take(SCOPE, 3), slots.take(SCOPE, 3)]);
  places[0]?.[Symbol.dispose]();
  await eventually("a place is given back", () => wishes.at(-1) === 1);
  const meanwhile = await slots.take(SCOPE, 3);
  givingBack.resolve();
  await eventually("there is a place again", async () => await slots.take(SCOPE, 3) !== null);
  await slots.close();

  assert.equal(meanwhile, null);
});

Deno.test("Slots: a limit that is lowered or raised holds for the next call", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 1, { waitMs: 100, idleMs: 1_000_000 });
  const [slots] = world.all;

  const first = await slots.take(SCOPE, 3);
  await slots.take(SCOPE, 3);
  const lowered = await slots.take(SCOPE, 1);
  await slots.take(SCOPE, 3);
  first?.[Symbol.dispose]();
  const stillFull = await slots.take(SCOPE, 2);
  const raised = await slots.take(SCOPE, 3);

  assert.deepEqual([lowered, stillFull, raised === null], [null, null, false]);
});

Deno.test("Slots: a process that was away for longer than its lease lets nobody in unasked", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 2, { waitMs: 250, idleMs: 1_000_000 });
  const [away, other] = world.all;

  (await away.take(SCOPE, 1))?.[Symbol.dispose]();
  world.clock.nowMs += 30_001;
  const elsewhere = await other.take(SCOPE, 1);
  const back = await away.take(SCOPE, 1);

  assert.deepEqual([elsewhere === null, back], [false, null]);
});

Deno.test("Slots: leases are renewed while calls run", async () => {
  using store = await memoryStore();
  await using world = processesOn(store.kv, 2);
  const [one, other] = world.all;

  using _place = await one.take(SCOPE, 1);
  for (let at = 0; at < 3; at++) {
    const before = (await store.kv.get(keys.slots(SCOPE))).versionstamp;
    world.clock.nowMs += 11_000;
    await eventually("the lease is renewed", async () => {
      return (await store.kv.get(keys.slots(SCOPE))).versionstamp !== before;
    });
  }

  assert.equal(await other.take(SCOPE, 1), null);
});

Deno.test("Slots: the places of a process that was killed come back when its lease is over", async () => {
  using file = await tempStore();
  const script = fileURLToPath(new URL("_children/hold_places.ts", import.meta.url));
  const args = ["run", "-A", script, file.path, SCOPE, "3", "3"];
  await using child = await startProcess({ args, ready: /^ready$/ });
  await using world = processesOn(file.store.kv, 1);
  const [slots] = world.all;

  world.clock.nowMs = Date.now();
  const whileItLives = await slots.take(SCOPE, 3);
  await child.end("SIGKILL");
  const justAfter = await slots.take(SCOPE, 3);
  await using patient = processesOn(file.store.kv, 1, PATIENT);
  patient.clock.nowMs = Date.now() + 31_000;
  const later = await Promise.all([1, 2, 3].map(() => patient.all[0].take(SCOPE, 3)));

  assert.deepEqual([whileItLives, justAfter], [null, null]);
  assert.ok(!later.includes(null));
});
