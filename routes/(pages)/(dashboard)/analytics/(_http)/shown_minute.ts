import { TimeZone } from "../../../../../core/analytics/time_zone.ts";

/** A time of ISO 8601 as the clocks of a zone show it, to the minute: `2026-11-22 09:30`. */
export function shownMinute(at: string, timeZone: string): string {
  const date = new Date(at);
  const local = new Date(date.getTime() + new TimeZone(timeZone).offsetMs(date));
  return local.toISOString().slice(0, 16).replace("T", " ");
}
