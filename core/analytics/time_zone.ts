import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import { DAY_MS, HOUR_MS } from "./spans.ts";

const MINUTE_MS = 60_000;

/** No zone is further away from UTC than this. */
const FURTHEST_MS = 15 * HOUR_MS;

/** A calendar's days and a clock's hours, as people of one place count them. */
export class TimeZone {
  readonly name: string;
  /** `null` for UTC, which needs no table. */
  readonly #format: Intl.DateTimeFormat | null;

  /** Takes a name such as `Europe/Berlin`. Throws `invalid_input`. */
  constructor(name = "UTC") {
    this.#format = name === "UTC" ? null : formatOf(name);
    this.name = name;
  }

  /** How far the zone's clocks are ahead of UTC at that time, in milliseconds. */
  offsetMs(at: Date): number {
    if (this.#format === null) return 0;
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    const local = Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    );
    return local - Math.floor(at.getTime() / 1000) * 1000;
  }

  /** The day of that time, as `2026-11-22`. */
  dayOf(at: Date): string {
    return new Date(at.getTime() + this.offsetMs(at)).toISOString().slice(0, 10);
  }

  /** When a day begins there, which is not always at midnight. */
  startOfDay(day: string): Date {
    const midnight = Date.parse(`${day}T00:00:00.000Z`);
    for (const near of [midnight - DAY_MS, midnight + DAY_MS]) {
      const start = new Date(midnight - this.offsetMs(new Date(near)));
      const before = new Date(start.getTime() - 1);
      if (this.dayOf(start) >= day && this.dayOf(before) < day) return start;
    }
    return this.#searchStart(day, midnight);
  }

  /** An hour's begin as clocks show it, as `2026-11-22T09:00+01:00`. */
  localHour(start: Date): string {
    const offsetMs = this.offsetMs(start);
    const local = new Date(start.getTime() + offsetMs).toISOString().slice(0, 16);
    return local + offsetText(offsetMs);
  }

  /** Where clocks are put forward or back at midnight itself. */
  #searchStart(day: string, midnight: number): Date {
    let before = midnight - FURTHEST_MS;
    let after = midnight + FURTHEST_MS;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.dayOf(new Date(middle)) >= day) after = middle;
      else before = middle;
    }
    return new Date(after);
  }
}

/** The day so many days after another one. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  } catch {
    throw refusal(
      "invalid_input",
      `The time zone ${quote(name)} is not known; write one such as Europe/Berlin or UTC.`,
      "timeZone",
    );
  }
}

function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return "Z";
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${offsetMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
