import { z } from "zod";

const PERCENT_RANGE = "must be 1 to 100";
const CALLS_RANGE = "must be 1 to 1000000 calls";
const WINDOW_RANGE = "must be 1 to 60 minutes";

/** From which part of failed calls on somebody wants to know. */
export const ErrorRule = z.strictObject({
  percent: z.number().int(PERCENT_RANGE).min(1, PERCENT_RANGE).max(100, PERCENT_RANGE),
  /** With fewer calls than this, nothing is said. */
  minCalls: z.number().int(CALLS_RANGE).min(1, CALLS_RANGE).max(1_000_000, CALLS_RANGE),
  windowMinutes: z.number().int(WINDOW_RANGE).min(1, WINDOW_RANGE).max(60, WINDOW_RANGE),
});
export type ErrorRule = z.infer<typeof ErrorRule>;

/** Whose errors are looked at when nobody says otherwise: 20 % of at least 20 calls in 5 minutes. */
export const DEFAULT_ERROR_RULE: ErrorRule = { percent: 20, minCalls: 20, windowMinutes: 5 };

/** The same text for the same rule. */
export function ruleKey({ percent, minCalls, windowMinutes }: ErrorRule): string {
  return `${percent}/${minCalls}/${windowMinutes}`;
}

/** Whether so many failed calls are too many. */
export function isExceeded(
  { percent, minCalls }: ErrorRule,
  { calls, errors }: { calls: number; errors: number },
): boolean {
  return calls >= minCalls && errors * 100 >= percent * calls;
}
