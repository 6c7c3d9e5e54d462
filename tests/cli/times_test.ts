import assert from "node:assert/strict";
import { parseExpiry, relativeTime } from "../../cli/times.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");

const RELATIVE: Record<string, string> = {
  "2026-11-22T12:00:03.000Z": "just now",
  "2026-11-22T11:59:57.000Z": "just now",
  "2026-11-22T11:59:18.000Z": "42 s ago",
  "2026-11-22T11:57:59.000Z": "2 min ago",
  "2026-11-22T11:00:01.000Z": "59 min ago",
  "2026-11-22T07:00:00.000Z": "5 h ago",
  "2026-11-21T11:00:00.000Z": "1 day ago",
  "2026-10-22T12:00:00.000Z": "31 days ago",
  "2025-01-31T12:00:00.000Z": "2025-01-31",
  "2026-12-22T12:00:00.000Z": "in 30 days",
  "2027-02-20T11:59:50.000Z": "in 90 days",
  "2028-02-29T12:00:00.000Z": "2028-02-29",
  "nonsense": "nonsense",
};

Deno.test("relativeTime() says times as people do", () => {
  for (const [iso, words] of Object.entries(RELATIVE)) {
    assert.equal(relativeTime(iso, NOW), words, iso);
  }
});

const EXPIRIES: Record<string, string> = {
  "12h": "2026-11-23T00:00:00.000Z",
  "90d": "2027-02-20T12:00:00.000Z",
  "2w": "2026-12-06T12:00:00.000Z",
  "2026-11-22": "2026-11-22T23:59:59.000Z",
  "2028-02-29": "2028-02-29T23:59:59.000Z",
  "2027-01-01T08:00:00+02:00": "2027-01-01T06:00:00.000Z",
};

Deno.test("parseExpiry() takes a length of time, a day or a moment", () => {
  for (const [value, iso] of Object.entries(EXPIRIES)) {
    assert.equal(parseExpiry(value, NOW), iso, value);
  }
});
