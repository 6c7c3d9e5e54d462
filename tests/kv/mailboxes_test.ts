import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { keys, prefixes } from "../../core/kv/keys.ts";
import { Mailboxes } from "../../core/kv/mailboxes.ts";
import { openStore } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";
import { startProcess } from "../_support/child_process.ts";
import { eventually, pause } from "../_support/eventually.ts";
import { tempStore } from "../_support/temp_store.ts";
import { exchangeOn, LEAKLESS } from "./_support.ts";

const OTHER_PROCESS = fileURLToPath(import.meta.resolve("./_children/other_process.ts"));

Deno.test(
  "Mailboxes.receive() gets the letters sent to its address, in order, and no others",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { mailboxes } = exchange;
    // Together they are longer than one value may be.
    const numbers = Array.from({ length: 300 }, (_, index) => `${index}`.padStart(1000));
    const received: string[] = [];
    using receiver = mailboxes.receive("here", (body) => received.push(body));
    await receiver.ready;

    await Promise.all([
      ...numbers.map((body) => mailboxes.send("here", body)),
      mailboxes.send("there", "not for here"),
    ]);
    await mailboxes.send("here", "last");
    await eventually("the last letter", () => received.includes("last"));

    assert.deepEqual(received, [...numbers, "last"]);
    assert.deepEqual(exchange.logged, []);
  },
);

Deno.test(
  "Mailboxes.send() carries long texts unharmed and keeps them in order with short ones",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { mailboxes } = exchange;
    const letters = [
      "\ufeffshort",
      "文".repeat(100_000),
      "short",
      "🎈".repeat(60_000),
      "",
      "x".repeat(61_440),
    ];
    const received: string[] = [];
    using receiver = mailboxes.receive("here", (body) => received.push(body));
    await receiver.ready;

    await Promise.all(letters.map((letter) => mailboxes.send("here", letter)));
    await eventually("all letters", () => received.length === letters.length);

    assert.ok(received.every((body, index) => body === letters[index]));
  },
);

Deno.test(
  "Mailboxes.send() carries 16 MiB and refuses more, naming the limit",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { mailboxes } = exchange;
    const largest = "x".repeat(16 * 1024 * 1024);
    let received = "";
    using receiver = mailboxes.receive("here", (body) => received = body);
    await receiver.ready;

    await mailboxes.send("here", largest);
    await eventually("the letter", () => received !== "");

    assert.ok(received === largest);
    await assert.rejects(mailboxes.send("here", `${largest}x`), {
      code: "too_large",
      message: /16777216 is the limit/,
    });
  },
);

Deno.test(
  "Mailboxes.send() refuses more than may wait, and sends again later",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { mailboxes } = exchange;
    const large = "x".repeat(15 * 1024 * 1024);

    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => mailboxes.send("nobody", large)),
    );
    await mailboxes.send("nobody", large);

    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.deepEqual(failed.map((outcome) => outcome.reason.code), ["too_many", "too_many"]);
  },
);

Deno.test(
  "Mailboxes.receive() deletes what it has read, parts of long letters too",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { mailboxes } = exchange;
    let received = 0;
    using receiver = mailboxes.receive("here", () => received++);
    await receiver.ready;

    await mailboxes.send("here", "short");
    await mailboxes.send("here", "x".repeat(300_000));
    await eventually("both letters", () => received === 2);

    const { kv } = opened.store;
    await eventually("an empty mailbox", async () => {
      const letters = await Array.fromAsync(kv.list({ prefix: prefixes.mail("here") }));
      const parts = await Array.fromAsync(kv.list({ prefix: ["mail_part"] }));
      return letters.length + parts.length === 0;
    });
  },
);

Deno.test(
  "Mailboxes.receive() with shared gives every letter to each receiver and deletes none",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using one = exchangeOn(opened.store);
    await using two = exchangeOn(opened.store);
    const received: string[][] = [[], []];
    const shared = { shared: true };
    using first = one.mailboxes.receive("all", (body) => received[0].push(body), shared);
    using second = two.mailboxes.receive("all", (body) => received[1].push(body), shared);
    await Promise.all([first.ready, second.ready]);

    for (const body of ["a", "b", "c"]) await one.mailboxes.send("all", body);
    await eventually("all letters at both", () => received.flat().length === 6);

    assert.deepEqual(received, [["a", "b", "c"], ["a", "b", "c"]]);
    const left = await Array.fromAsync(opened.store.kv.list({ prefix: prefixes.mail("all") }));
    assert.equal(left.length, 3);
  },
);

Deno.test(
  "Mailboxes.receive() begins with now: what was sent before is not received",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { mailboxes } = exchange;
    const received: string[] = [];

    await mailboxes.send("here", "before");
    using receiver = mailboxes.receive("here", (body) => received.push(body));
    await receiver.ready;
    await mailboxes.send("here", "after");
    await eventually("the letter", () => received.length > 0);

    assert.deepEqual(received, ["after"]);
  },
);

Deno.test(
  "Mailboxes.receive() gives no letter that is older than 60 seconds, even if the store still has it",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    const clock = { now: Date.parse("2026-11-22T12:00:00Z") };
    const now = () => new Date(clock.now);
    await using sender = exchangeOn(opened.store, { now });
    await using late = exchangeOn(opened.store, { now: () => new Date(clock.now + 60_001) });
    await using timely = exchangeOn(opened.store, { now: () => new Date(clock.now + 59_000) });
    const received = { late: 0, timely: 0 };
    const shared = { shared: true };
    using first = late.mailboxes.receive("all", () => received.late++, shared);
    using second = timely.mailboxes.receive("all", () => received.timely++, shared);
    await Promise.all([first.ready, second.ready]);

    await sender.mailboxes.send("all", "letter");
    await eventually("the letter in time", () => received.timely === 1);
    await eventually("a line about the other", () => late.logged.length === 1);

    assert.equal(received.late, 0);
  },
);

Deno.test("Mailboxes.send() leaves nothing in the store that never expires", LEAKLESS, async () => {
  using opened = await memoryStore();
  const lives: (number | undefined)[] = [];
  const kv = recordingLives(opened.store.kv, lives);
  await using exchange = exchangeOn({ ...opened.store, kv });

  await exchange.mailboxes.send("nobody", "short");
  await exchange.mailboxes.send("nobody", "x".repeat(100_000));

  assert.ok(lives.length >= 6);
  assert.ok(lives.every((life) => life !== undefined && life <= 120_000));
});

Deno.test("Mailboxes.receive() gives nothing more once it is disposed", LEAKLESS, async () => {
  using opened = await memoryStore();
  await using exchange = exchangeOn(opened.store);
  const { mailboxes } = exchange;
  const received: string[] = [];
  const receiver = mailboxes.receive("here", (body) => {
    received.push(body);
    receiver[Symbol.dispose]();
  });
  await receiver.ready;

  await Promise.all(["a", "b", "c"].map((body) => mailboxes.send("here", body)));
  await eventually("the first letter", () => received.length > 0);
  await mailboxes.send("here", "d");
  await pause(30);

  assert.deepEqual(received, ["a"]);
});

Deno.test(
  "Mailboxes.receive() goes on after a letter that its receiver could not handle",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const received: string[] = [];
    using receiver = exchange.mailboxes.receive("here", (body) => {
      if (body === "bad") throw new Error("cannot read that");
      received.push(body);
    });
    await receiver.ready;

    for (const body of ["bad", "good"]) await exchange.mailboxes.send("here", body);
    await eventually("the good letter", () => received.length === 1);

    assert.match(exchange.logged.join(), /cannot read that/);
  },
);

Deno.test(
  "Mailboxes.receive() goes on after something in the mailbox that is no letter",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    await using exchange = exchangeOn(opened.store);
    const { kv } = opened.store;
    const received: string[] = [];
    using receiver = exchange.mailboxes.receive("here", (body) => received.push(body));
    await receiver.ready;

    await kv.atomic().set(keys.mail("here", kv.commitVersionstamp()), "junk").commit();
    await exchange.mailboxes.send("here", "letter");
    await eventually("the letter", () => received.length === 1);

    assert.match(exchange.logged.join(), /malformed/);
  },
);

Deno.test(
  "Mailboxes.receive() goes on when the store failed for a moment, and gives each letter once",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    let failures = 0;
    const kv = failingLists(opened.store.kv, () => failures-- > 0);
    await using exchange = exchangeOn({ ...opened.store, kv });
    const received: string[] = [];
    failures = 1;
    using receiver = exchange.mailboxes.receive("here", (body) => received.push(body));
    await receiver.ready;

    await exchange.mailboxes.send("here", "a");
    failures = 2;
    await exchange.mailboxes.send("here", "b");
    await eventually("both letters", () => received.length === 2);

    assert.deepEqual(received, ["a", "b"]);
  },
);

Deno.test(
  "Mailboxes.receive() gets a letter of the same process without waiting for a signal",
  LEAKLESS,
  async () => {
    using opened = await memoryStore();
    const silent = new Signals(opened.store, new SharedReads(opened.store.kv));
    silent.watch = () => ({ [Symbol.dispose]() {} });
    const options = { instanceId: "me", now: () => new Date() };
    const mailboxes = new Mailboxes(opened.store, silent, options);
    const received: string[] = [];
    using receiver = mailboxes.receive("here", (body) => received.push(body));
    await receiver.ready;
    await pause(20);

    for (const body of ["a", "b", "c"]) await mailboxes.send("here", body);
    await eventually("all letters", () => received.length === 3);

    await mailboxes.close();
  },
);

Deno.test("Mailboxes carries letters to another process and back", LEAKLESS, async () => {
  using temp = await tempStore();
  await using exchange = exchangeOn(temp.store);
  const received: string[] = [];
  using receiver = exchange.mailboxes.receive("home", (body) => received.push(body));
  await receiver.ready;
  await using _child = await startProcess({
    args: ["run", "-A", OTHER_PROCESS, temp.path, "answer", "away", "home"],
    ready: /^ready answer$/,
  });

  for (let index = 0; index < 50; index++) await exchange.mailboxes.send("away", `${index}`);
  await eventually("all answers", () => received.length === 50);

  assert.deepEqual(received, Array.from({ length: 50 }, (_, index) => `away got ${index}`));
  assert.deepEqual(exchange.logged, []);
});

Deno.test("Mailboxes carries long letters from another process, in order", LEAKLESS, async () => {
  using temp = await tempStore();
  await using exchange = exchangeOn(temp.store);
  const received: [number, string][] = [];
  using receiver = exchange.mailboxes.receive("home", (body) => received.push(JSON.parse(body)));
  await receiver.ready;

  await using child = await startProcess({
    args: ["run", "-A", OTHER_PROCESS, temp.path, "send", "home", "12", "400000"],
    ready: /^ready send$/,
  });
  await eventually("all letters", () => received.length === 12);

  assert.deepEqual(
    received.map(([index]) => index),
    Array.from({ length: 12 }, (_, index) => index),
  );
  assert.ok(received.every(([, text]) => text.length === 400_000));
  assert.equal(await child.exited, 0);
});

Deno.test("Mailboxes gives a shared address's letters to every process", LEAKLESS, async () => {
  using temp = await tempStore();
  await using exchange = exchangeOn(temp.store);
  const answers: string[] = [];
  const own: string[] = [];
  using answered = exchange.mailboxes.receive("home", (body) => answers.push(body));
  using shared = exchange.mailboxes.receive("all", (body) => own.push(body), { shared: true });
  await Promise.all([answered.ready, shared.ready]);
  const plan = {
    args: ["run", "-A", OTHER_PROCESS, temp.path, "answer", "all", "home", "shared"],
    ready: /^ready answer$/,
  };
  await using _one = await startProcess(plan);
  await using _two = await startProcess(plan);

  for (const body of ["a", "b"]) await exchange.mailboxes.send("all", body);
  await eventually("answers of both", () => answers.length === 4);
  await eventually("the own letters", () => own.length === 2);

  assert.deepEqual(answers.toSorted(), ["all got a", "all got a", "all got b", "all got b"]);
  assert.deepEqual(own, ["a", "b"]);
});

async function memoryStore() {
  const store = await openStore(":memory:");
  return { store, [Symbol.dispose]: () => store.close() };
}

/** The same store, which notes how long each value that is set may live. */
function recordingLives(real: Deno.Kv, lives: (number | undefined)[]): Deno.Kv {
  return override(real, "atomic", () => {
    const atomic = real.atomic();
    const set = atomic.set.bind(atomic);
    atomic.set = (key, value, options) => {
      lives.push(options?.expireIn);
      return set(key, value, options);
    };
    return atomic;
  });
}

/** The same store, whose lists fail when the test says so. */
function failingLists(real: Deno.Kv, fails: () => boolean): Deno.Kv {
  const list: Deno.Kv["list"] = (selector, options) => {
    if (fails()) throw new Error("disk on fire");
    return real.list(selector, options);
  };
  return override(real, "list", list);
}

function override<Name extends keyof Deno.Kv>(
  real: Deno.Kv,
  overridden: Name,
  replacement: Deno.Kv[Name],
): Deno.Kv {
  return new Proxy(real, {
    get(target, name) {
      if (name === overridden) return replacement;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
