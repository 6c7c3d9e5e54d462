import type { ReportPeriod } from "./report_period.ts";
import { DAY_MS, HOUR_MS, startMs } from "./spans.ts";
import { addDays, type TimeZone } from "./time_zone.ts";

/**
 * The period of the same length before another one, to compare them: of whole days, those days
 * before. One that goes on is compared up to the last full hour of the same time of the day.
 */
export function periodBefore(
  { from, to }: ReportPeriod,
  { zone, now }: { zone: TimeZone; now: Date },
): ReportPeriod {
  const shiftMs = from.getTime() - beginBefore({ from, to }, zone);
  const goesOn = to >= now;
  const endMs = to.getTime() - shiftMs;
  const end = goesOn && shiftMs >= HOUR_MS ? startMs("hour", endMs) : endMs;
  const begin = from.getTime() - shiftMs;
  return {
    from: new Date(begin),
    to: new Date(Math.max(begin + 1, Math.min(end, from.getTime()))),
  };
}

function beginBefore({ from, to }: ReportPeriod, zone: TimeZone): number {
  const lengthMs = to.getTime() - from.getTime();
  const day = zone.dayOf(from);
  if (zone.startOfDay(day).getTime() === from.getTime()) {
    return zone.startOfDay(addDays(day, -Math.ceil(lengthMs / DAY_MS - 1 / 12))).getTime();
  }
  const hours = Math.floor(lengthMs / HOUR_MS);
  return from.getTime() - (hours === 0 ? lengthMs : hours * HOUR_MS);
}
