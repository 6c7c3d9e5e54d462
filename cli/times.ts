import { checkReportPeriod, checkReportTime } from "../core/analytics/report_period.ts";
import { RetentionDays } from "../core/calls/retention.ts";
import { asGatewayError } from "../core/errors.ts";
import { wrongUsage } from "./cli_error.ts";
import { count } from "./output.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: Record<string, number> = { h: HOUR, d: DAY, w: 7 * DAY };

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** A time as people say it: `2 min ago`, `in 3 days`; the date when it is far. */
export function relativeTime(iso: string, now: Date): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;

  const distance = Math.abs(now.getTime() - time);
  if (distance < 5 * SECOND) return "just now";
  if (distance >= 100 * DAY) return new Date(time).toISOString().slice(0, 10);
  if (time <= now.getTime()) return `${spoken(distance, Math.floor)} ago`;
  // What was set to end in 90 days does so a second later, too.
  return `in ${spoken(distance, Math.round)}`;
}

function spoken(distance: number, whole: (amount: number) => number): string {
  if (distance < MINUTE) return `${whole(distance / SECOND)} s`;
  if (distance < HOUR) return `${whole(distance / MINUTE)} min`;
  if (distance < DAY) return `${whole(distance / HOUR)} h`;
  return count(whole(distance / DAY), "day");
}

/**
 * When `--expires` says: `90d`, `12h`, `2w` from now, or an ISO date.
 *
 * A date without a time means the end of that day, UTC.
 */
export function parseExpiry(value: string, now: Date): string {
  const time = expiryTime(value.trim(), now);
  if (Number.isNaN(time) || time > Date.UTC(9999, 0)) {
    throw wrongUsage(
      `--expires is "${value}"; write a time such as 90d, 12h or 2w, or a date such as 2030-01-31.`,
    );
  }
  if (time <= now.getTime()) {
    throw wrongUsage(`--expires is "${value}", which is not in the future; name a later time.`);
  }
  return new Date(time).toISOString();
}

function expiryTime(value: string, now: Date): number {
  const [, amount, unit] = /^(\d{1,6})([hdw])$/.exec(value) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return now.getTime() + Number(amount) * (UNITS[unit] ?? NaN);
  }

  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dayEnd(value);
  return MOMENT.test(value) ? Date.parse(value) : NaN;
}

/** The last second of a day; `NaN` for a day that no calendar has. */
function dayEnd(day: string): number {
  const time = Date.parse(`${day}T23:59:59Z`);
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
  return exists ? time : NaN;
}

/** Checks what `--period` says: `7d`, `24h`, `30m`, `2w`. */
export function checkPeriod(value: string): string {
  return checked(value, () => checkReportPeriod(value));
}

/** Checks what `--from` or `--to` says: a date, or a time of ISO 8601. */
export function checkTime(field: "from" | "to") {
  return (value: string): string => checked(value, () => checkReportTime(field, value));
}

function checked(value: string, check: () => void): string {
  try {
    check();
    return value;
  } catch (error) {
    throw wrongUsage(asGatewayError(error).publicMessage);
  }
}

/**
 * A point in time as an option names it: a date of UTC, as it is, a time with an offset, or how
 * long ago: `12h`, `30d`.
 */
export function parseMoment(option: string, now: () => Date) {
  return (value: string): string => {
    const text = value.trim();
    const [, amount, unit] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
    if (amount !== undefined && unit !== undefined) {
      const agoMs = Number(amount) * (UNITS[unit] ?? NaN);
      return new Date(Math.max(0, now().getTime() - agoMs)).toISOString();
    }
    if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(dayEnd(text))) return text;
    if (MOMENT.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
    throw wrongUsage(
      `${option} is "${value}"; write a date such as 2026-11-22 (UTC), a time such as ` +
        "2026-11-22T09:30Z, or how long ago, such as 12h or 30d.",
    );
  };
}

/** How many days `--retention` says: `30d`, `12w`, or a number of days. */
export function parseRetention(value: string): number {
  const [, amount, unit] = /^(\d{1,5})([dw]?)$/.exec(value.trim()) ?? [];
  const days = Number(amount) * (unit === "w" ? 7 : 1);
  const { success, data } = RetentionDays.safeParse(days);
  if (success) return data;
  throw wrongUsage(
    `--retention is "${value}"; write a number of days from 1d to 3650d, or weeks as in 12w.`,
  );
}

/** Checks a whole number within bounds. */
export function wholeNumber(option: string, min: number, max: number) {
  return (value: string): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    throw wrongUsage(`${option} is "${value}"; write a whole number from ${min} to ${max}.`);
  };
}
