import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { ReportQuestion } from "./report.ts";
import { DAY_MS, HOUR_MS } from "./spans.ts";
import { addDays, type TimeZone } from "./time_zone.ts";

const MINUTE_MS = 60_000;

/** How far back a report looks unless told otherwise, in days. */
const DEFAULT_DAYS = 7;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2})T(\d{2}):\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** The earliest arrival that counts, and the first that does not. */
export interface ReportPeriod {
  from: Date;
  to: Date;
}

/** What a period is read against. */
export interface PeriodRules {
  zone: TimeZone;
  now: Date;
  /** Nothing older is shown. */
  keptFrom: Date;
}

/**
 * The period that a question names, exact to the millisecond.
 *
 * `30m` is the last 30 minutes, `24h` begins at the full hour 24 hours ago, `7d` and `2w` are
 * whole days of the time zone: today and those before. A date alone is the begin of its day for
 * `from`, its end for `to`. Throws `invalid_input` with the field.
 */
export function readReportPeriod(
  { period, from, to }: Pick<ReportQuestion, "period" | "from" | "to">,
  rules: PeriodRules,
): ReportPeriod {
  if (from === undefined && to === undefined) return lastOnes(period, rules);
  if (period !== undefined) {
    throw wrong("period", `The period ${quote(period)} and from or to are given; leave one out.`);
  }
  if (from === undefined) throw wrong("from", 'The field "from" is missing; "to" needs it.');
  return between(from, to, rules);
}

/** Checks that a text is a period such as `30m`, `24h`, `7d` or `2w`. Throws `invalid_input`. */
export function checkReportPeriod(text: string): void {
  partsOf(text);
}

/** Checks that a text is a date or a time of ISO 8601. Throws `invalid_input`. */
export function checkReportTime(field: "from" | "to", text: string): void {
  if (!DAY.test(text) || !isDay(text)) momentOf(field, text);
}

function lastOnes(period: string | undefined, { zone, now, keptFrom }: PeriodRules): ReportPeriod {
  const to = afterNow(now);
  const kept = Math.max(1, Math.floor((now.getTime() - keptFrom.getTime()) / DAY_MS));
  const text = period ?? `${Math.min(DEFAULT_DAYS, kept)}d`;
  const { amount, unit } = partsOf(text);
  const lengthMs = amount * { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }[unit];
  if (lengthMs > kept * DAY_MS) {
    throw wrong(
      "period",
      `The period ${quote(text)} is longer than calls are kept here, which is ${kept} days; ` +
        `ask for at most ${kept}d.`,
    );
  }

  const start = new Date(now.getTime() - lengthMs);
  if (unit === "m") return { from: start, to };
  if (unit === "h") return { from: latest(fullHour(start), keptFrom), to };
  const days = Math.round(lengthMs / DAY_MS);
  return { from: latest(zone.startOfDay(addDays(zone.dayOf(now), 1 - days)), keptFrom), to };
}

function between(fromText: string, toText: string | undefined, rules: PeriodRules): ReportPeriod {
  const { zone, now, keptFrom } = rules;
  const from = DAY.test(fromText) && isDay(fromText)
    ? zone.startOfDay(fromText)
    : momentOf("from", fromText);
  if (from > now) {
    throw wrong("from", `The field "from" is ${quote(fromText)}, which is in the future.`);
  }
  // What is partly kept still is shown as far as it is.
  if (keptFrom.getTime() - from.getTime() > DAY_MS) {
    throw wrong(
      "from",
      `The field "from" is ${quote(fromText)}; calls are kept from ` +
        `${keptFrom.toISOString().slice(0, 10)} on. Ask for nothing before that.`,
    );
  }

  const to = toText === undefined ? afterNow(now) : endOf(toText, rules);
  if (to <= from || to <= keptFrom) {
    throw wrong(
      toText === undefined ? "from" : "to",
      `The field "to" is ${quote(toText ?? to.toISOString())}, which is not after "from", ` +
        `${quote(fromText)}.`,
    );
  }
  return { from: latest(from, keptFrom), to };
}

/** A day that is not over ends now. */
function endOf(text: string, { zone, now }: PeriodRules): Date {
  const isWholeDay = DAY.test(text) && isDay(text);
  const begin = isWholeDay ? zone.startOfDay(text) : momentOf("to", text);
  const last = afterNow(now);
  if (begin > last) {
    throw wrong(
      "to",
      `The field "to" is ${quote(text)}, which is in the future; leave it out to count up to now.`,
    );
  }
  if (!isWholeDay) return begin;
  const end = zone.startOfDay(addDays(text, 1));
  return end < last ? end : last;
}

function partsOf(text: string): { amount: number; unit: "m" | "h" | "d" | "w" } {
  const [, amount, unit] = /^([1-9][0-9]{0,6})([mhdw])$/.exec(text) ?? [];
  if (unit === "m" || unit === "h" || unit === "d" || unit === "w") {
    return { amount: Number(amount), unit };
  }
  throw wrong(
    "period",
    `The period ${quote(text)} is not one; write a number and m, h, d or w, such as 24h, 7d or 2w.`,
  );
}

function momentOf(field: "from" | "to", text: string): Date {
  // A plus sign in an address that nobody escaped arrives as a blank.
  const [whole, day, hour] = MOMENT.exec(text.replace(/ (?=\d{2}:\d{2}$)/, "+")) ?? [];
  const time = whole === undefined ? NaN : Date.parse(whole);
  if (!Number.isNaN(time) && day !== undefined && isDay(day) && hour !== "24") {
    return new Date(time);
  }
  throw wrong(
    field,
    `The field "${field}" is ${quote(text)}; write a date such as 2026-11-22, or a time such as ` +
      "2026-11-22T09:30:00Z.",
  );
}

/** Whether a calendar has the day. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The first time that comes after now, since an end does not count itself. */
function afterNow(now: Date): Date {
  return new Date(now.getTime() + 1);
}

function fullHour(at: Date): Date {
  return new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function wrong(field: string, sentence: string): Error {
  return refusal("invalid_input", sentence, field);
}
