import assert from "node:assert/strict";
import { Readiness } from "../../core/telemetry/readiness.ts";

Deno.test("Readiness.report() names what holds and what does not", async () => {
  const readiness = new Readiness([
    { name: "good", holds: () => true },
    { name: "bad", holds: () => Promise.resolve(false) },
    { name: "broken", holds: () => Promise.reject(new Error("a secret detail")) },
    {
      name: "throwing",
      holds: () => {
        throw new Error("a secret detail");
      },
    },
  ]);

  assert.deepEqual(await readiness.report(), {
    ready: false,
    checks: { shutdown: "ok", good: "ok", bad: "failed", broken: "failed", throwing: "failed" },
  });
});

Deno.test("Readiness.report() checks once a second at most, however often it is asked", async () => {
  let nowMs = 0;
  let checks = 0;
  const holds = () => {
    checks++;
    return true;
  };
  const readiness = new Readiness([{ name: "store", holds }], () => nowMs);

  await Promise.all(Array.from({ length: 50 }, () => readiness.report()));
  nowMs = 999;
  await readiness.report();
  assert.equal(checks, 1);

  nowMs = 1000;
  assert.equal((await readiness.report()).ready, true);
  assert.equal(checks, 2);
});

Deno.test("Readiness.report() says within its time that a check hangs, and begins no second one", async () => {
  let nowMs = 0;
  let checks = 0;
  const hanging = Promise.withResolvers<boolean>();
  const holds = () => {
    checks++;
    return hanging.promise;
  };
  const readiness = new Readiness([{ name: "store", holds }], () => nowMs);

  const first = readiness.report();
  nowMs = 60_000;
  const [one, other] = await Promise.all([first, readiness.report()]);

  assert.deepEqual([one.ready, other.ready, one.checks.store], [false, false, "failed"]);
  assert.equal(checks, 1);
  hanging.resolve(true);
});

Deno.test("Readiness is over from the moment it is told to stop, also for who waits already", async () => {
  let checks = 0;
  const checking = Promise.withResolvers<boolean>();
  const holds = () => {
    checks++;
    return checking.promise;
  };
  const readiness = new Readiness([{ name: "store", holds }]);
  const waiting = readiness.report();

  readiness.stop();
  checking.resolve(true);

  const stopped = { ready: false, checks: { shutdown: "failed" } };
  assert.deepEqual(await waiting, stopped);
  assert.deepEqual(await readiness.report(), stopped);
  assert.equal(checks, 1);
});
