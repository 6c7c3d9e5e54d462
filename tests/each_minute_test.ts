import assert from "node:assert/strict";
import { eachMinute } from "../core/each_minute.ts";

Deno.test("eachMinute() wakes all at once and resolves when the last of them is done", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const woken: number[] = [];
  let isOver = false;

  const minute = eachMinute(gates.map(({ promise }, at) => ({
    wake: () => void woken.push(at),
    settled: () => promise,
  }))).then(() => isOver = true);

  assert.deepEqual(woken, [0, 1]);
  gates[1].resolve();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(isOver, false);
  gates[0].resolve();
  await minute;
});
