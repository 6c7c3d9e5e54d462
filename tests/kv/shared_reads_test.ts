import assert from "node:assert/strict";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { LEAKLESS } from "./_support.ts";

Deno.test(
  "SharedReads.get() gives what Deno.Kv.get() gives, for a key that is there and one that is not",
  LEAKLESS,
  async () => {
    using kv = await Deno.openKv(":memory:");
    await kv.set(["a"], "there");
    const reads = new SharedReads(kv);

    const entries = await reads.getMany([["a"], ["b"], ["a"]]);

    assert.deepEqual(entries.map((entry) => entry.value), ["there", null, "there"]);
    assert.deepEqual(entries[0], await kv.get(["a"]));
    assert.deepEqual(entries[1], await kv.get(["b"]));
  },
);

Deno.test(
  "SharedReads.get() never gives a value that is older than the call",
  LEAKLESS,
  async () => {
    using kv = await Deno.openKv(":memory:");
    const reads = new SharedReads(kv);
    let written = 0;
    let stale = 0;

    const writer = (async () => {
      for (let value = 1; value <= 300; value++) {
        await kv.set(["a"], value);
        written = value;
      }
    })();
    const readers = Array.from({ length: 20 }, async () => {
      while (written < 300) {
        const before = written;
        const { value } = await reads.get<number>(["a"]);
        if ((value ?? 0) < before) stale++;
      }
    });
    await Promise.all([writer, ...readers]);

    assert.equal(stale, 0);
  },
);

Deno.test(
  "SharedReads.get() serves a call that comes during a read with the next read",
  LEAKLESS,
  async () => {
    const store = new SlowKv();
    const reads = new SharedReads(store.kv);

    const first = reads.get(["a"]);
    await store.begun(1);
    const second = reads.get(["a"]);
    store.finish("old");
    await store.begun(2);
    store.finish("new");

    assert.equal((await first).value, "old");
    assert.equal((await second).value, "new");
  },
);

Deno.test(
  "SharedReads.get() makes two reads for a thousand calls that come during the first",
  LEAKLESS,
  async () => {
    const store = new SlowKv();
    const reads = new SharedReads(store.kv);

    const first = reads.get(["a"]);
    await store.begun(1);
    const others = Array.from({ length: 1000 }, () => reads.get(["a"]));
    await turns(5);
    const duringFirst = store.groups.length;
    store.finish("old");
    await store.begun(2);
    store.finish("new");
    await Promise.all([first, ...others]);

    assert.equal(duringFirst, 1);
    assert.equal(store.groups.length, 2);
  },
);

Deno.test(
  "SharedReads.getMany() reads 10 keys at a time, each once, and no more than 8 such groups side by side",
  LEAKLESS,
  async () => {
    const store = new SlowKv();
    const reads = new SharedReads(store.kv);
    const keys = Array.from({ length: 205 }, (_, index) => [`k${index}`]);

    const all = reads.getMany([...keys, ...keys]);
    await store.begun(8);
    await turns(5);
    const sideBySide = store.groups.length;
    while (store.underWay > 0) {
      store.finish("value");
      await turns(5);
    }
    await all;

    assert.equal(sideBySide, 8);
    assert.equal(store.groups.length, 21);
    assert.equal(Math.max(...store.groups.map((group) => group.length)), 10);
    assert.equal(store.groups.flat().length, 205);
  },
);

Deno.test(
  "SharedReads.get() gives a failed read's error to all who shared it, and the next read works",
  LEAKLESS,
  async () => {
    const store = new SlowKv();
    const reads = new SharedReads(store.kv);

    const sharers = Promise.allSettled([["a"], ["a"], ["b"]].map((key) => reads.get(key)));
    await store.begun(1);
    const next = reads.get(["a"]);
    store.fail(new Error("disk on fire"));
    await store.begun(2);
    store.finish("fine");

    const outcomes = await sharers;
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.message),
      ["disk on fire", "disk on fire", "disk on fire"],
    );
    assert.equal((await next).value, "fine");
  },
);

Deno.test(
  "SharedReads.get() rejects when the store stays silent, and reads on",
  LEAKLESS,
  async () => {
    const store = new SlowKv();
    const reads = new SharedReads(store.kv, { deadlineMs: 300 });

    await assert.rejects(reads.get(["a"]), /silent for 300 ms/);
    const next = reads.get(["a"]);
    await store.begun(2);
    store.finish("late");
    store.finish("awake");

    assert.equal((await next).value, "awake");
  },
);

/** A store whose reads end when the test says so. */
class SlowKv {
  readonly groups: Deno.KvKey[][] = [];
  readonly #open: {
    keys: Deno.KvKey[];
    resolve: (e: unknown) => void;
    reject: (e: Error) => void;
  }[] = [];
  // Only `getMany` is called.
  readonly kv = {
    getMany: (keys: Deno.KvKey[]) => {
      this.groups.push(keys);
      return new Promise((resolve, reject) => this.#open.push({ keys, resolve, reject }));
    },
  } as unknown as Deno.Kv;

  get underWay(): number {
    return this.#open.length;
  }

  /** Resolves when so many reads have begun since the test did. */
  async begun(count: number): Promise<void> {
    for (let turn = 0; turn < 10_000 && this.groups.length < count; turn++) await turns(1);
    assert.ok(this.groups.length >= count, `only ${this.groups.length} reads began`);
  }

  finish(value: unknown): void {
    const read = this.#open.shift();
    read?.resolve(read.keys.map((key) => ({ key, value, versionstamp: "1" })));
  }

  fail(error: Error): void {
    this.#open.shift()?.reject(error);
  }
}

/** Lets whatever is ready run. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test(
  "SharedReads.close() waits for what is being read, and refuses what is asked for later",
  LEAKLESS,
  async () => {
    using kv = await Deno.openKv(":memory:");
    await kv.set(["a"], "there");
    const reads = new SharedReads(kv);
    let seen: unknown = null;
    const reading = reads.get(["a"]).then(({ value }) => seen = value);

    await reads.close();

    assert.equal(seen, "there");
    await reading;
    await assert.rejects(reads.get(["a"]), { code: "shutting_down" });
  },
);
