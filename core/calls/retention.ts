import { z } from "zod";

const DAY_MS = 24 * 60 * 60 * 1000;

const RANGE = "must be a number of days from 1 to 3650";

/** For how many days a workspace's calls are kept. */
export const RetentionDays = z.int(RANGE).min(1, RANGE).max(3_650, RANGE);
export type RetentionDays = z.infer<typeof RetentionDays>;

/** For how long they are kept unless an admin says otherwise. */
export const DEFAULT_RETENTION_DAYS = 90;

/** Whose calls, and for how long they are kept. */
export interface Retained {
  retentionDays: RetentionDays;
}

/** How long a record is kept, in milliseconds. */
export function retentionMs({ retentionDays }: Retained): number {
  return retentionDays * DAY_MS;
}

/**
 * The earliest arrival that is shown now. What is older may still be stored, since stores clear
 * away in their own time, and is shown nowhere.
 */
export function retentionStart(retained: Retained, now: Date): Date {
  return new Date(now.getTime() - retentionMs(retained));
}
