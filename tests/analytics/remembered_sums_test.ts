import assert from "node:assert/strict";
import { RememberedSums } from "../../core/analytics/remembered_sums.ts";
import { callsIn, tallyOf } from "../../core/analytics/tally.ts";
import { someCall } from "../calls/_support.ts";
import { START } from "../_support/core.ts";

Deno.test("what somebody was given stays as it was when more is counted", () => {
  const sums = new RememberedSums({ detail: "total", grain: "whole", from: START });
  const one = { ...tallyOf(someCall({ durationMs: 5 })), start: START.toISOString() };
  sums.add(one);
  const [first] = sums.all();

  sums.add(one);
  sums.add(one);
  const [second] = sums.all();

  assert.deepEqual([callsIn(first).calls, first.latency.count], [1, 1]);
  assert.deepEqual([callsIn(second).calls, second.latency.count], [3, 3]);
});
