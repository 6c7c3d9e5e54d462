import assert from "node:assert/strict";
import { retryAfterMs } from "../../core/egress/retry_after.ts";

const NOW = new Date("2026-11-22T09:30:00.000Z");

function waitFor(text: string): number | null {
  return retryAfterMs(new Headers({ "retry-after": text }), NOW);
}

Deno.test("retryAfterMs() reads seconds and dates, and nothing else", () => {
  assert.equal(waitFor("0"), 0);
  assert.equal(waitFor("120"), 120_000);
  assert.equal(waitFor("Sun, 22 Nov 2026 09:30:30 GMT"), 30_000);
  assert.equal(waitFor("Sunday, 22-Nov-26 09:31:00 GMT"), 60_000);
  assert.equal(waitFor("Sun, 22 Nov 2026 09:00:00 GMT"), 0);
  for (const wrong of ["", "-1", "1.5", "1e9", "soon", "Sun, soon", "99999999999"]) {
    assert.equal(waitFor(wrong), null, wrong);
  }
  assert.equal(retryAfterMs(new Headers(), NOW), null);
});
