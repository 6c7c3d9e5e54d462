import assert from "node:assert/strict";
import { BackgroundTask } from "../core/background_task.ts";

Deno.test("BackgroundTask runs once more for those who wake it while it runs", async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const task = new BackgroundTask({
    doing: "test",
    log: () => {},
    async run() {
      runs++;
      if (runs === 1) await gate.promise;
      return null;
    },
  });

  task.wake();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(runs, 1);
  for (let times = 0; times < 3; times++) task.wake();
  gate.resolve();
  await task.settled();

  assert.equal(runs, 2);
  await task.close();
});

Deno.test("BackgroundTask runs once more for those who wake it just when it ends", async () => {
  // The turn in which a run is seen to be over is one of these.
  for (let turns = 0; turns < 10; turns++) {
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const task = new BackgroundTask({
      doing: "test",
      log: () => {},
      async run() {
        runs++;
        if (runs === 1) await gate.promise;
        return null;
      },
    });
    task.wake();
    gate.resolve();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const before = runs;
    task.wake();
    await task.settled();

    assert.ok(runs > before, `woken after ${turns} turns`);
    await task.close();
  }
});

Deno.test("BackgroundTask waits at most a day, since a timer that is too long goes off at once", async () => {
  let runs = 0;
  const task = new BackgroundTask({
    doing: "test",
    log: () => {},
    run() {
      runs++;
      return Promise.resolve(2 ** 31);
    },
  });

  task.wake();
  await task.settled();
  await new Promise((resolve) => setTimeout(resolve, 20));

  assert.equal(runs, 1);
  await task.close();
});

Deno.test("BackgroundTask runs again when its run said so", async () => {
  const again = Promise.withResolvers<void>();
  let runs = 0;
  const task = new BackgroundTask({
    doing: "test",
    log: () => {},
    run() {
      runs++;
      if (runs === 3) again.resolve();
      return Promise.resolve(runs < 3 ? 0 : null);
    },
  });

  task.wake();
  await again.promise;

  await task.close();
  assert.equal(runs, 3);
});

Deno.test("BackgroundTask says what failed and goes on", async () => {
  const lines: string[] = [];
  let runs = 0;
  const task = new BackgroundTask({
    doing: "count sheep",
    log: (line) => lines.push(line),
    run() {
      runs++;
      return runs === 1 ? Promise.reject(new Error("none left")) : Promise.resolve(null);
    },
  });

  task.wake();
  await task.settled();
  task.wake();
  await task.settled();
  await task.close();

  assert.equal(runs, 2);
  assert.deepEqual(lines, ["Cannot count sheep: Error: none left"]);
});

Deno.test("BackgroundTask.close() ends a run by its signal and begins no other", async () => {
  let runs = 0;
  const task = new BackgroundTask({
    doing: "test",
    log: () => {},
    async run(signal) {
      runs++;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      return 0;
    },
  });

  task.wake();
  await Promise.resolve();
  await Promise.resolve();
  task.wake();
  await task.close();
  task.wake();
  await task.settled();

  assert.equal(runs, 1);
});
