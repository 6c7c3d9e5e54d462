import { z } from "zod";
import { ReportBy, type ReportQuestion } from "../analytics/report.ts";
import type { ReportPart } from "../analytics/make_report.ts";
import { WHOLE_REPORT } from "../analytics/make_report.ts";
import { parseInput } from "./parse_input.ts";

const LIMIT_RANGE = "must be a number from 1 to 1000";

const text = (max: number) =>
  z.string().min(1, "must not be empty").max(max, `must have at most ${max} characters`);

/** What a report is asked. */
export const AnalyticsParams = z.object({
  by: z.enum(ReportBy.options, `must be one of ${ReportBy.options.join(", ")}`).optional()
    .describe("What a row is of; without it a token, a server and a tool"),
  server: text(200).optional().describe("A server's slug or id"),
  member: text(254).optional().describe("A member's e-mail address, token id or name"),
  tool: text(2_000).optional().describe("A tool's own name, or the one that editors show"),
  period: text(20).optional()
    .describe("Such as 30m, 24h, or whole days as 7d, 2w; 7d unless said otherwise"),
  from: text(40).optional().describe("A date or a time, in place of a period"),
  to: text(40).optional().describe(
    "The first time that does not count, or the last date that does",
  ),
  timeZone: text(60).optional().describe("Such as Europe/Berlin; UTC unless said otherwise"),
  format: z.enum(["json", "csv"], 'must be "json" or "csv"').optional()
    .describe("A CSV has all rows; Accept: text/csv says the same"),
  limit: z.coerce.number(LIMIT_RANGE).int(LIMIT_RANGE).min(1, LIMIT_RANGE).max(1_000, LIMIT_RANGE)
    .default(100),
  cursor: text(3_000).optional()
    .describe("The nextCursor of the page before; it keeps that page's period"),
});

/** What a request wants of a report, and in which format. */
export interface ReportRequest {
  question: ReportQuestion;
  part: ReportPart;
  isCsv: boolean;
}

/** Reads what a report is asked; a CSV file always has all of it. Throws `invalid_input`. */
export function readReportRequest(url: URL, accept: string | null): ReportRequest {
  const params = parseInput(AnalyticsParams, Object.fromEntries(url.searchParams));
  const { format, limit, cursor, ...question } = params;
  const isCsv = format === undefined ? prefersCsv(accept) : format === "csv";
  return { question, isCsv, part: isCsv ? WHOLE_REPORT : { limit, cursor: cursor ?? null } };
}

function prefersCsv(accept: string | null): boolean {
  const types = (accept ?? "").toLowerCase().split(",").map((type) => type.split(";")[0].trim());
  return types.includes("text/csv") && !types.includes("application/json");
}
