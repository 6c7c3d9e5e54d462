import { refusal } from "../errors.ts";
import { MAX_TIME_ROWS } from "./report.ts";
import type { ReportPeriod } from "./report_period.ts";
import { DAY_MS, HOUR_MS } from "./spans.ts";
import type { TallyQuery } from "./tally_source.ts";
import { addDays, type TimeZone } from "./time_zone.ts";

/** A day or an hour of a report, as far as its period covers it. */
export interface Stretch {
  /** What it is called in the report's time zone. */
  label: string;
  start: Date;
  end: Date;
}

/**
 * The days of a period, without a gap; one of them may have 23 or 25 hours.
 *
 * Throws `invalid_input` for more days than a report has rows.
 */
export function daysOf({ from, to }: ReportPeriod, zone: TimeZone): Stretch[] {
  refuseTooMany((to.getTime() - from.getTime()) / DAY_MS, "days");
  const days: Stretch[] = [];
  let day = zone.dayOf(from);
  let start = from;

  while (start < to) {
    const next = addDays(day, 1);
    const begin = zone.startOfDay(next);
    // A zone that changed sides of the date line has left out a day.
    if (begin > start) {
      const end = begin < to ? begin : to;
      days.push({ label: day, start, end });
      start = end;
    }
    day = next;
  }

  return days;
}

/** The full hours of UTC in a period, called as the zone's clocks show them. */
export function hoursOf({ from, to }: ReportPeriod, zone: TimeZone): Stretch[] {
  const first = Math.floor(from.getTime() / HOUR_MS) * HOUR_MS;
  refuseTooMany((to.getTime() - first) / HOUR_MS, "hours");
  const hours: Stretch[] = [];

  for (let hour = first; hour < to.getTime(); hour += HOUR_MS) {
    hours.push({
      label: zone.localHour(new Date(hour)),
      start: new Date(Math.max(hour, from.getTime())),
      end: new Date(Math.min(hour + HOUR_MS, to.getTime())),
    });
  }

  return hours;
}

/** How fine calls must be counted so that each is in one of these stretches. */
export function grainOf(stretches: readonly Stretch[]): TallyQuery["grain"] {
  if (stretches.length === 0) return "whole";
  return areAllAt(stretches, DAY_MS) ? "day" : "hour";
}

/** Whether calls that were counted by full hours of UTC tell the stretches apart. */
export function areOfHours(stretches: readonly Stretch[]): boolean {
  return areAllAt(stretches, HOUR_MS);
}

/** The first one begins where the period does. */
function areAllAt(stretches: readonly Stretch[], lengthMs: number): boolean {
  return stretches.slice(1).every(({ start }) => start.getTime() % lengthMs === 0);
}

/**
 * Which of these stretches has the calls that were counted from this time on.
 *
 * The hour or day that they were counted in may have begun before the first stretch.
 */
export function indexOfStretch(stretches: readonly Stretch[], at: Date): number {
  let first = 0;
  let last = stretches.length - 1;
  while (first < last) {
    const middle = Math.ceil((first + last) / 2);
    if (stretches[middle].start <= at) first = middle;
    else last = middle - 1;
  }
  return first;
}

function refuseTooMany(count: number, what: "days" | "hours"): void {
  if (count <= MAX_TIME_ROWS) return;
  const fix = what === "hours" ? "ask by day, or for a shorter period" : "ask for a shorter period";
  throw refusal(
    "invalid_input",
    `The period has more than ${MAX_TIME_ROWS} ${what}, the most rows of a report; ${fix}.`,
    "by",
  );
}
