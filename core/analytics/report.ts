import { z } from "zod";
import { Outcome, RecordedMethod } from "../calls/call.ts";
import { ServerId, TokenId } from "../ids.ts";
import { Slug } from "../slug.ts";

/** By what the calls of a report are put into rows. */
export const ReportBy = z.enum(["user", "tool", "server", "day", "hour", "outcome"]);
export type ReportBy = z.infer<typeof ReportBy>;

/** What was counted of some calls. */
export const Figures = z.object({
  calls: z.number().int(),
  /** Calls that did not do what was asked: all but `ok` and `input_required`. */
  errors: z.number().int(),
  /** How many ended in each way that any ended in. */
  outcomes: z.partialRecord(Outcome, z.number().int()),
  /** Sizes of the requests' bodies and of the answers' messages; `null` by outcome. */
  bytesIn: z.number().int().nullable(),
  bytesOut: z.number().int().nullable(),
  /**
   * What half, 95 % and 99 % of the calls took at most, in milliseconds, within 2 %; `null`
   * without calls, and by outcome.
   */
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** When the last of them arrived; ISO 8601, UTC; `null` without calls, and by outcome. */
  lastUsed: z.string().nullable(),
});
export type Figures = z.infer<typeof Figures>;

/** One row of a report. Which of the first fields it has depends on what the rows are by. */
export const ReportRow = z.object({
  /** The person's name, as the token said it at the last call. */
  user: z.string().optional(),
  email: z.string().nullable().optional(),
  /** The token; `null` where the row is of a person who used several. */
  tokenId: TokenId.nullable().optional(),
  /** How many tokens of the person were used. */
  tokens: z.number().int().optional(),
  /** The server's slug when it was called; `null` when the name belonged to no installed one. */
  server: z.string().nullable().optional(),
  /** Tells servers apart that had one slug in turns. */
  serverId: ServerId.nullable().optional(),
  /** What the server is called today; `null` when it was removed. */
  serverName: z.string().nullable().optional(),
  method: RecordedMethod.optional(),
  /** The own name of the tool or prompt, or the resource's URI. */
  tool: z.string().optional(),
  /** The day in the report's time zone, as `2026-11-22`. */
  day: z.string().optional(),
  /** The begin of a full hour of UTC as the time zone's clocks show it. */
  hour: z.string().optional(),
  /** The part of the day or hour that is counted: its begin, and the first time after it. */
  start: z.string().optional(),
  end: z.string().optional(),
  outcome: Outcome.optional(),
  ...Figures.shape,
});
export type ReportRow = z.infer<typeof ReportRow>;

/** What happened in a workspace in a period, and where the rest of the rows is. */
export const AnalyticsReport = z.object({
  /** `null` where it is of all workspaces. */
  workspace: Slug.nullable(),
  /** `null` when the rows are by member, server and tool. */
  by: ReportBy.nullable(),
  /** Which calls are counted; `null` where all are. */
  server: z.string().nullable(),
  member: z.string().nullable(),
  tool: z.string().nullable(),
  /** The earliest arrival that counts, and the first that does not; ISO 8601, UTC. */
  from: z.string(),
  to: z.string(),
  timeZone: z.string(),
  /** All calls of the report, on every page of it. */
  total: Figures,
  items: z.array(ReportRow),
  /** Give it as `?cursor=` with the same question for the next page; `null` on the last one. */
  nextCursor: z.string().nullable(),
});
export type AnalyticsReport = z.infer<typeof AnalyticsReport>;

/** What a report is asked, as it comes from outside. */
export interface ReportQuestion {
  by?: ReportBy;
  server?: string;
  member?: string;
  tool?: string;
  period?: string;
  from?: string;
  to?: string;
  timeZone?: string;
}

/** The most rows that name what they are of; more than that no person reads. */
export const MAX_REPORT_ROWS = 10_000;

/** The most days or hours of one report. */
export const MAX_TIME_ROWS = 2_200;

/** Counts the calls of the tools that came after so many others. */
export const OTHER_TOOLS = "(other tools)";

/** Counts the calls of the people who came after so many others. */
export const OTHER_PEOPLE = "(other people)";

/** Counts the calls of the servers that came after so many others. */
export const OTHER_SERVERS = "(other servers)";
