import type { ReportRow } from "../../../../../core/analytics/report.ts";

/** A row of a report by day or by hour. */
export type TimeRow = Pick<
  ReportRow,
  "day" | "hour" | "start" | "end" | "calls" | "errors" | "p50Ms" | "p95Ms" | "p99Ms"
>;

/** What is written below one place of a chart. */
export interface TimeMark {
  index: number;
  text: string;
  /** Whether there is room for it in wide windows alone. */
  isWideOnly: boolean;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** So many marks have room in narrow windows, and in wide ones. */
const NARROW_MARKS = 5;
const WIDE_MARKS = 14;

/** Steps of days, and of hours, that people count in. */
const DAY_STEPS = [1, 2, 7, 14, 28, 56, 91, 182, 364];
const HOUR_STEPS = [1, 2, 3, 6, 12, 24, 48, 96, 168];

/** The times that are written below a chart, at round hours of the report's time zone. */
export function timeMarks(rows: readonly TimeRow[]): TimeMark[] {
  const isByHour = rows[0]?.hour !== undefined;
  const narrow = placesOf(rows, isByHour, NARROW_MARKS);
  const wide = placesOf(rows, isByHour, WIDE_MARKS);
  const places = [...new Set([...narrow, ...wide])].sort((a, b) => a - b);
  return places.map((index) => ({
    index,
    text: isByHour ? hourText(rows[index]) : dayText(rows[index].day ?? ""),
    isWideOnly: !narrow.has(index),
  }));
}

/** A row's time as its table has it: `2026-11-22`, `2026-11-22 09:00 +01:00`. */
export function timeOf({ day, hour }: TimeRow): string {
  if (day !== undefined) return day;
  if (hour === undefined) return "";
  const offset = hour.slice(16);
  return `${hour.slice(0, 16).replace("T", " ")}${offset === "Z" ? "" : ` ${offset}`}`;
}

/** The first place of each step; where clocks show an hour twice, its first one. */
function placesOf(rows: readonly TimeRow[], isByHour: boolean, most: number): Set<number> {
  const steps = isByHour ? HOUR_STEPS : DAY_STEPS;
  const step = steps.find((one) => rows.length / one <= most) ?? rows.length;
  const places = new Set<number>();
  let before = NaN;
  for (const [index, row] of rows.entries()) {
    const count = isByHour ? hoursOf(row.hour ?? "") : rows.length - 1 - index;
    const isNew = count !== before;
    before = count;
    if (isNew && count % step === 0) places.add(index);
  }
  return places;
}

/** The hours that clocks have shown there since 1970. */
function hoursOf(hour: string): number {
  return Math.floor(Date.parse(`${hour.slice(0, 16)}Z`) / 3_600_000);
}

function dayText(day: string): string {
  const [, month, date] = day.split("-").map(Number);
  return `${date} ${MONTHS[month - 1] ?? ""}`;
}

function hourText({ hour = "" }: TimeRow): string {
  const clock = hour.slice(11, 16);
  return clock === "00:00" ? dayText(hour.slice(0, 10)) : clock;
}
