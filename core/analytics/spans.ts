/** How long a stretch of time is that is added up in one record. */
export type Level = "hour" | "part" | "day";

/** All of them, the finest first. */
export const LEVELS: readonly Level[] = ["hour", "part", "day"];

/** The length of an hour, and of a day of UTC. */
export const HOUR_MS = 60 * 60 * 1000;
export const DAY_MS = 24 * HOUR_MS;

/** A part is a quarter of a day. Days are those of UTC, which has no summer time. */
const SPAN_MS: Record<Level, number> = { hour: HOUR_MS, part: 6 * HOUR_MS, day: DAY_MS };

/** How long a stretch of this level is. */
export function lengthMs(level: Level): number {
  return SPAN_MS[level];
}

/** When the stretch begins that a time lies in; both in milliseconds since 1970. */
export function startMs(level: Level, atMs: number): number {
  return Math.floor(atMs / SPAN_MS[level]) * SPAN_MS[level];
}

/** A time in milliseconds as records and keys have it. */
export function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}
