import assert from "node:assert/strict";
import { GatewayError } from "../../core/errors.ts";
import { LookUpCosts, MAX_FAILURES, MAX_QUEUED } from "../../core/limits/look_up_costs.ts";
import { START } from "../_support/core.ts";

const HOSTILE = "203.0.113.7";

/** Costs with a clock of their own, and a store whose answers a test decides. */
function world() {
  const clock = { nowMs: START.getTime() };
  const costs = new LookUpCosts(() => new Date(clock.nowMs));
  let underWay = 0;
  const seen = { most: 0, count: 0 };
  const lookUp = async (found: string | null): Promise<string | null> => {
    seen.count++;
    seen.most = Math.max(seen.most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 1));
    underWay--;
    return found;
  };
  let guesses = 0;
  return {
    clock,
    seen,
    guess: (address: string | null = HOSTILE) =>
      costs.run(address, `guess ${guesses++}`, () => lookUp(null)),
    good: (id: string, address: string | null = HOSTILE) =>
      costs.run(address, id, () => lookUp(id)),
    run: costs.run.bind(costs),
  };
}

async function exhaust(guess: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: MAX_FAILURES }, guess));
}

Deno.test("LookUpCosts look up one after the other for an address where many failed", async () => {
  const { guess, seen } = world();

  await exhaust(guess);
  const before = seen.most;
  seen.most = 0;
  await Promise.all(Array.from({ length: 20 }, () => guess()));

  assert.deepEqual([before > 1, seen.most, seen.count], [true, 1, MAX_FAILURES + 20]);
});

Deno.test("LookUpCosts let a good bearer pass at once from an address whose queue is full", async () => {
  const { guess, good, seen } = world();

  await good("alice");
  await exhaust(guess);
  const queue = Array.from({ length: MAX_QUEUED }, () => guess());
  const before = seen.count;
  assert.equal(await good("alice"), "alice");
  const inBetween = seen.count - before;
  await Promise.all(queue);

  assert.ok(inBetween < 20, `${inBetween} look-ups were before it`);
});

Deno.test("LookUpCosts let a good bearer that is not known yet in after its turn", async () => {
  const { guess, good } = world();

  await exhaust(guess);
  const queue = Array.from({ length: 10 }, () => guess());

  assert.equal(await good("bob"), "bob");
  await Promise.all(queue);
});

Deno.test("LookUpCosts refuse with too_many and a time once too many wait, and no other address", async () => {
  const { guess } = world();

  await exhaust(guess);
  const queue = Array.from({ length: MAX_QUEUED }, () => guess());
  await assert.rejects(guess(), (error: GatewayError) => {
    assert.deepEqual([error.code, error.status, error.retryAfterSeconds], ["too_many", 429, 1]);
    assert.doesNotMatch(error.publicMessage, /203\.0/);
    return true;
  });
  assert.equal(await guess("203.0.113.8"), null);
  await Promise.all(queue);
  assert.equal(await guess(), null);
});

Deno.test("LookUpCosts count what is under way, so that a burst is no way around", async () => {
  const { guess, seen } = world();

  await Promise.all(Array.from({ length: MAX_FAILURES + MAX_QUEUED }, () => guess()));

  assert.ok(seen.most <= MAX_FAILURES + 1, String(seen.most));
});

Deno.test("LookUpCosts let many calls that begin with the same new bearer in together", async () => {
  const { guess, good, seen } = world();

  await exhaust(guess);
  seen.most = 0;
  await Promise.all(Array.from({ length: 500 }, () => good("alice")));

  assert.ok(seen.most > 400, String(seen.most));
});

Deno.test("LookUpCosts forget with the minute", async () => {
  const { clock, guess, seen } = world();

  await exhaust(guess);
  clock.nowMs += 60_000;
  seen.most = 0;
  await Promise.all(Array.from({ length: 10 }, () => guess()));

  assert.equal(seen.most, 10);
});

Deno.test("LookUpCosts count unauthorized as a failure, any other error as none, and forget the bearer", async () => {
  const { run, good, guess, seen } = world();
  const refused = () => Promise.reject(new GatewayError("unauthorized", "Refused"));
  const broken = () => Promise.reject(new Error("the store is closed"));

  await good("alice");
  await assert.rejects(run(HOSTILE, "alice", refused));
  for (let at = 0; at < 100; at++) await assert.rejects(run("203.0.113.9", `b${at}`, broken));
  for (let at = 1; at < MAX_FAILURES; at++) await assert.rejects(run(HOSTILE, `r${at}`, refused));
  seen.most = 0;
  await Promise.all([good("alice"), guess(), guess("203.0.113.9"), guess("203.0.113.9")]);

  assert.equal(seen.most, 3);
});

Deno.test("LookUpCosts put all whose address is not known under one", async () => {
  const { guess, seen } = world();

  await exhaust(() => guess(null));
  seen.most = 0;
  await Promise.all([guess(null), guess("not an address")]);

  assert.equal(seen.most, 1);
});
