import assert from "node:assert/strict";
import { parsePeriod } from "../../core/calls/period.ts";

Deno.test("parsePeriod() gives minutes, hours, days and weeks in milliseconds", () => {
  assert.equal(parsePeriod("30m"), 30 * 60 * 1000);
  assert.equal(parsePeriod("24h"), 24 * 60 * 60 * 1000);
  assert.equal(parsePeriod("7d"), 7 * 24 * 60 * 60 * 1000);
  assert.equal(parsePeriod("2w"), 14 * 24 * 60 * 60 * 1000);
  assert.equal(parsePeriod("90d"), 90 * 24 * 60 * 60 * 1000);
});

Deno.test("parsePeriod() refuses everything else and says what to write", () => {
  const wrong = ["", "7", "d", "0d", "-7d", "7 d", "7D", "1.5h", "7d7d", "91d", "99999999d", "1y"];

  for (const text of wrong) {
    assert.throws(() => parsePeriod(text), {
      code: "invalid_input",
      field: "period",
      publicMessage: /such as 24h, 7d or 2w, and at most 90d/,
    }, text);
  }
});
