import type { z } from "zod";
import type { RecountReport } from "../analytics/recount.ts";
import type { AnalyticsReport, Figures } from "../analytics/report.ts";

const AT = "2026-11-22T09:30:00.000Z";

const figures: Figures = {
  calls: 12,
  errors: 1,
  outcomes: { ok: 11, tool_error: 1 },
  bytesIn: 2_160,
  bytesOut: 12_288,
  p50Ms: 41.8,
  p95Ms: 180,
  p99Ms: 212,
  lastUsed: AT,
};

/** A report by user. */
export const REPORT_EXAMPLE: z.input<typeof AnalyticsReport> = {
  workspace: "engineering",
  by: "user",
  server: null,
  member: null,
  tool: null,
  from: "2026-11-16T00:00:00.000Z",
  to: "2026-11-22T09:30:00.001Z",
  timeZone: "UTC",
  total: figures,
  items: [{
    user: "Alice Chen",
    email: "alice@example.com",
    tokenId: "tok_0123456789abcdefghij",
    tokens: 1,
    ...figures,
  }],
  nextCursor: null,
};

/** A recount that found one hour wrong, and replaced it. */
export const RECOUNT_EXAMPLE: z.input<typeof RecountReport> = {
  workspace: "engineering",
  ok: true,
  calls: 84_210,
  hours: { equal: 1_511, different: 1, repaired: 1, older: 0 },
  blocks: { equal: 2_010, different: 0, repaired: 0, older: 0 },
  differences: [{ hour: "2026-11-20T14:00:00.000Z", summed: 61, logged: 63 }],
};
