import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { newWorkspaceId } from "../../core/ids.ts";
import { touchWorkspaces } from "../../core/kv/epochs.ts";
import { keys } from "../../core/kv/keys.ts";
import { openStore, type Store } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";
import { startProcess } from "../_support/child_process.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { tempStore } from "../_support/temp_store.ts";
import { exchangeOn, LEAKLESS } from "./_support.ts";

const OTHER_PROCESS = fileURLToPath(import.meta.resolve("./_children/other_process.ts"));

for (const kind of ["memory", "file"] as const) {
  Deno.test(
    `Signals.watch() tells of each change of an epoch, on a store in ${kind}`,
    LEAKLESS,
    async () => {
      using opened = await open(kind);
      await using exchange = exchangeOn(opened.store);
      const workspace = newWorkspaceId();
      let calls = 0;

      using _watch = exchange.signals.watch(keys.epoch(workspace), () => calls++);
      await eventually("the first call", () => calls === 1);
      for (let change = 1; change <= 5; change++) {
        await touchWorkspaces(opened.store.kv.atomic(), [workspace]).commit();
        await eventually(`change ${change}`, () => calls === 1 + change);
      }

      assert.deepEqual(exchange.logged, []);
    },
  );

  Deno.test(
    `Signals.watch() misses no change after its first call, on a store in ${kind}`,
    LEAKLESS,
    async () => {
      using opened = await open(kind);
      await using exchange = exchangeOn(opened.store);
      const { kv } = opened.store;
      let seen = 0;
      let reading = Promise.resolve();
      const look = async () => {
        seen = (await kv.get<number>(["counter"])).value ?? 0;
      };

      const watch = exchange.signals.watch(["counter"], () => reading = reading.then(look));
      for (let value = 1; value <= 400; value++) await kv.set(["counter"], value);

      await eventually("the last value", () => seen === 400);
      watch[Symbol.dispose]();
      await reading;
    },
  );

  Deno.test(
    `Signals.watch() serves several watchers of a key and ends each alone, on a store in ${kind}`,
    LEAKLESS,
    async () => {
      using opened = await open(kind);
      await using exchange = exchangeOn(opened.store);
      const calls = { first: 0, second: 0, late: 0, broken: 0 };

      const first = exchange.signals.watch(["a"], () => calls.first++);
      using _broken = exchange.signals.watch(["a"], () => {
        calls.broken++;
        throw new Error("not my day");
      });
      using _second = exchange.signals.watch(["a"], () => calls.second++);
      await eventually("the first calls", () => calls.second === 1);
      using _late = exchange.signals.watch(["a"], () => calls.late++);
      await eventually("the late first call", () => calls.late === 1);
      first[Symbol.dispose]();
      first[Symbol.dispose]();
      await opened.store.kv.set(["a"], 1);
      await eventually("the change", () => calls.second === 2 && calls.late === 2);

      assert.deepEqual(calls, { first: 1, second: 2, late: 2, broken: 2 });
      assert.ok(exchange.logged.every((line) => line.includes("not my day")));
    },
  );

  Deno.test(
    `Signals.watch() watches 35 keys that come and go, on a store in ${kind}`,
    LEAKLESS,
    async () => {
      using opened = await open(kind);
      await using exchange = exchangeOn(opened.store);
      const calls = Array.from({ length: 35 }, () => 0);
      const watches = calls.map((_, index) => {
        return exchange.signals.watch([`k${index}`], () => calls[index]++);
      });
      await eventually("the first calls", () => calls.every((count) => count === 1));

      for (let index = 0; index < 35; index += 2) watches[index][Symbol.dispose]();
      using _again = exchange.signals.watch(["k0"], () => calls[0]++);
      await eventually("the first call of the new watch", () => calls[0] === 2);
      watches[0][Symbol.dispose]();
      for (let index = 0; index < 35; index++) await opened.store.kv.set([`k${index}`], 1);

      const expected = calls.map((_, index) => index === 0 ? 3 : index % 2 === 0 ? 1 : 2);
      await eventually("every change", () => `${calls}` === `${expected}`);
    },
  );

  Deno.test(
    `Signals reads nothing while nobody watches, on a store in ${kind}`,
    LEAKLESS,
    async () => {
      using opened = await open(kind);
      const counted = countingReads(opened.store);
      const signals = new Signals(counted.store, new SharedReads(counted.store.epochKv));

      let calls = 0;
      const watch = signals.watch(["a"], () => calls++);
      await eventually("the first call", () => calls === 1);
      watch[Symbol.dispose]();
      await pause(20);
      const readsBefore = counted.reads();
      await opened.store.kv.set(["a"], 1);
      await pause(250);

      assert.equal(counted.reads(), readsBefore);
      assert.equal(calls, 1);
      await signals.close();
    },
  );
}

Deno.test("Signals.watch() tells of a change that another process made", LEAKLESS, async () => {
  using temp = await tempStore();
  await using exchange = exchangeOn(temp.store);
  const workspace = newWorkspaceId();
  let calls = 0;
  using _watch = exchange.signals.watch(keys.epoch(workspace), () => calls++);
  await eventually("the first call", () => calls === 1);

  await using child = await startProcess({
    args: ["run", "-A", OTHER_PROCESS, temp.path, "touch", workspace],
    ready: /^ready touch$/,
  });
  await eventually("the change", () => calls === 2);

  assert.equal(await child.exited, 0);
  assert.deepEqual(exchange.logged, []);
});

Deno.test(
  "Signals.watch() looks at a bounded pace however much another process writes",
  LEAKLESS,
  async () => {
    using temp = await tempStore();
    const counted = countingReads(temp.store);
    const signals = new Signals(counted.store, new SharedReads(counted.store.epochKv));
    using _watch = signals.watch(["quiet"], () => {});

    await using child = await startProcess({
      args: ["run", "-A", OTHER_PROCESS, temp.path, "write", "3000"],
      ready: /^ready write$/,
    });
    await child.exited;

    // Each write stirs the file at least twice; looks are pauses apart.
    assert.ok(counted.reads() < 3000, `${counted.reads()} reads for 3000 writes`);
    await signals.close();
  },
);

Deno.test(
  "Signals.watch() looks a few times a second while nothing is written",
  LEAKLESS,
  async () => {
    using temp = await tempStore();
    const counted = countingReads(temp.store);
    const signals = new Signals(counted.store, new SharedReads(counted.store.epochKv));

    using _watch = signals.watch(["quiet"], () => {});
    await pause(500);

    // A slow machine looks less often, and never more often.
    assert.ok(counted.reads() > 0 && counted.reads() < 20, `${counted.reads()} reads`);
    await signals.close();
  },
);

Deno.test("Signals.close() ends every watch", LEAKLESS, async () => {
  using temp = await tempStore();
  const exchange = exchangeOn(temp.store);
  let calls = 0;
  exchange.signals.watch(["a"], () => calls++);
  exchange.signals.watch(["b"], () => calls++);
  await eventually("the first calls", () => calls === 2);

  await exchange.signals.close();
  await temp.store.kv.set(["a"], 1);
  await pause(150);

  assert.equal(calls, 2);
});

Deno.test("Signals.watch() goes on when a watch stream breaks", LEAKLESS, async () => {
  using real = await Deno.openKv(":memory:");
  const kv = breakingWatches(real, 1);
  await using exchange = exchangeOn({ kv, epochKv: kv, filePath: null, close() {} });
  let calls = 0;

  using _watch = exchange.signals.watch(["a"], () => calls++);
  await eventually("the first call, by the second stream", () => calls === 1);
  await real.set(["a"], 1);
  await eventually("the change", () => calls === 2);

  assert.match(exchange.logged.join(), /line cut/);
});

Deno.test(
  "Signals.close() does not wait for a stream that breaks again and again",
  LEAKLESS,
  async () => {
    using real = await Deno.openKv(":memory:");
    const kv = breakingWatches(real, Infinity);
    await using exchange = exchangeOn({ kv, epochKv: kv, filePath: null, close() {} });

    exchange.signals.watch(["a"], () => {});
    await eventually("the broken stream", () => exchange.logged.length > 0);
    await exchange.signals.close();

    assert.equal(exchange.logged.length, 1);
  },
);

/** A new store of either kind. */
async function open(kind: "memory" | "file"): Promise<{ store: Store } & Disposable> {
  if (kind === "file") return await tempStore();
  const store = await openStore(":memory:");
  return { store, [Symbol.dispose]: () => store.close() };
}

/** The same store, whose first watches break at once. */
function breakingWatches(real: Deno.Kv, count: number): Deno.Kv {
  let opened = 0;
  return new Proxy(real, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === "watch" && ++opened <= count) {
        return () => new ReadableStream({ pull: () => Promise.reject(new Error("line cut")) });
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The same store, with its reads counted. */
function countingReads(store: Store): { store: Store; reads: () => number } {
  let count = 0;
  const epochKv = new Proxy(store.epochKv, {
    get(target, name) {
      if (name === "getMany") count++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { store: { ...store, epochKv }, reads: () => count };
}
