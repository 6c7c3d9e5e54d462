import { csvLine, type CsvValue } from "../csv.ts";
import { Outcome } from "../calls/call.ts";
import type { AnalyticsReport, ReportBy, ReportRow } from "./report.ts";

const SERVER = ["server", "serverId", "serverName"] as const;

/** What the rows of each report are of, in columns. */
const NAMES: Record<ReportBy | "each", readonly (keyof ReportRow)[]> = {
  user: ["user", "email", "tokenId", "tokens"],
  tool: [...SERVER, "method", "tool"],
  server: SERVER,
  day: ["day", "start", "end"],
  hour: ["hour", "start", "end"],
  outcome: ["outcome"],
  each: ["user", "email", "tokenId", ...SERVER, "method", "tool"],
};

const COUNTS = ["calls", "errors"] as const;
const REST = ["bytesIn", "bytesOut", "p50Ms", "p95Ms", "p99Ms", "lastUsed"] as const;

/** A report as the lines of a CSV file: the names of its columns, then its rows. */
export function* reportCsv({ by, items }: AnalyticsReport): Generator<string> {
  const names = NAMES[by ?? "each"];
  yield csvLine([...names, ...COUNTS, ...Outcome.options, ...REST]);

  for (const row of items) {
    const value = (column: keyof ReportRow): CsvValue => {
      const cell = row[column];
      return typeof cell === "string" || typeof cell === "number" ? cell : null;
    };
    yield csvLine([
      ...names.map(value),
      ...COUNTS.map(value),
      ...Outcome.options.map((outcome) => row.outcomes[outcome] ?? 0),
      ...REST.map(value),
    ]);
  }
}

/** What a downloaded report is called. */
export function reportFileName({ workspace, by, from, to }: AnalyticsReport): string {
  const parts = ["analytics", workspace, ...(by === null ? [] : [by]), day(from), day(to)];
  return `${parts.join("-")}.csv`;
}

function day(at: string): string {
  return at.slice(0, 10);
}
