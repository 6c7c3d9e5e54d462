import { refusal } from "../errors.ts";

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** How long calls stay on the record, in days; no period is longer. */
export const RETENTION_DAYS = 90;

/**
 * The length of a period such as `30m`, `24h`, `7d` or `2w`, in milliseconds.
 *
 * Throws `invalid_input`, also for more than the 90 days that are kept.
 */
export function parsePeriod(text: string): number {
  const match = /^([1-9][0-9]{0,6})([mhdw])$/.exec(text);
  const periodMs = match === null ? NaN : Number(match[1]) * unitMs(match[2]);

  if (periodMs <= RETENTION_DAYS * UNIT_MS.d) return periodMs;

  throw refusal(
    "invalid_input",
    `The period "${text.slice(0, 40)}" is not one; write a number and m, h, d or w, ` +
      `such as 24h, 7d or 2w, and at most ${RETENTION_DAYS}d.`,
    "period",
  );
}

function unitMs(unit: string): number {
  return Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1] ?? NaN;
}
