import assert from "node:assert/strict";
import { breathe, Breather, inBackground } from "../core/breather.ts";

Deno.test("what works for long rests, all who work at the same time, and then works on", async () => {
  let nowMs = 0;
  const breather = new Breather(() => nowMs);
  nowMs += 7;
  const early = breather.breathe();
  nowMs += 1;
  const due = breather.breathe();
  let hasRested = false;
  void due.then(() => hasRested = true);
  await early;

  assert.equal(breather.breathe(), due);
  assert.equal(hasRested, false);
  await due;
  assert.notEqual(breather.breathe(), due);
});

Deno.test("only what was begun in the background rests", async () => {
  let nowMs = 0;
  const breather = new Breather(() => nowMs);
  nowMs += 8;
  const rests: string[] = [];
  const background = inBackground(breather, async () => {
    await Promise.resolve();
    await breathe();
    rests.push("background");
  });

  await breathe();
  await breathe();
  rests.push("who waits");
  await background;

  assert.deepEqual(rests, ["who waits", "background"]);
});
