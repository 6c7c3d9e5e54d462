import { createHash } from "node:crypto";
import { z } from "zod";
import { refusal } from "../errors.ts";
import type { ReportQuestion } from "./report.ts";
import { comesAfter, type PlacedRow, type RowPlace } from "./report_fold.ts";
import type { ReportPeriod } from "./report_period.ts";
import { DAY_MS } from "./spans.ts";

/** While one pages, what is kept may begin later. */

/** Where a page of a report ended: its period, which stays, and its last row. */
export interface ReportCursor {
  period: ReportPeriod;
  last: RowPlace;
}

const Stored = z.tuple([
  z.string(),
  z.iso.datetime(),
  z.iso.datetime(),
  z.number().int(),
  z.string().nullable(),
  z.string(),
]);

/** The place after this row in the report that a question gets for a period. */
export function reportCursor(
  question: ReportQuestion,
  { from, to }: ReportPeriod,
  { id, calls, lastUsed }: RowPlace,
): string {
  const parts = [
    markOf(question),
    from.toISOString(),
    to.toISOString(),
    calls,
    lastUsed,
    id,
  ];
  return new TextEncoder().encode(JSON.stringify(parts))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Reads a place that a report gave out; `null` for its start.
 *
 * Throws `invalid_input` for what is none, and for one of another question.
 */
export function readReportCursor(
  cursor: string | null,
  question: ReportQuestion,
): ReportCursor | null {
  if (cursor === null) return null;
  const { success, data } = Stored.safeParse(parsed(cursor));
  if (!success || data[0] !== markOf(question)) throw wrongCursor();
  const [, from, to, calls, lastUsed, id] = data;
  return {
    period: { from: new Date(from), to: new Date(to) },
    last: { id, calls, lastUsed },
  };
}

/**
 * Refuses a place in a report of what is not shown any more: a cursor can be kept for long, and
 * be made by hand. Throws `invalid_input`.
 */
export function refuseForgotten(cursor: ReportCursor | null, keptFrom: Date): void {
  if (cursor !== null && keptFrom.getTime() - cursor.period.from.getTime() > DAY_MS) {
    throw wrongCursor();
  }
}

/** The rows that come after the place; days and hours are in the order of their ids. */
export function rowsAfter(
  rows: readonly PlacedRow[],
  cursor: ReportCursor | null,
  by: ReportQuestion["by"],
): readonly PlacedRow[] {
  if (cursor === null) return rows;
  const { last } = cursor;
  const isTime = by === "day" || by === "hour";
  return rows.filter((row) => isTime ? row.id > last.id : comesAfter(row, last));
}

/** Tells apart what is asked, but for the period, which the cursor has. */
function markOf({ by, server, member, tool, timeZone }: ReportQuestion): string {
  const text = JSON.stringify([by, server, member, tool, timeZone]);
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function parsed(cursor: string): unknown {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function wrongCursor(): Error {
  return refusal(
    "invalid_input",
    'The field "cursor" is not one that this report gave for this question; leave it out to begin ' +
      "at the start.",
    "cursor",
  );
}
