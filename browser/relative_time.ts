const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time as people say it, seen from another one; both in milliseconds since 1970. */
export function relativeTime(timeMs: number, nowMs: number): string {
  const distance = Math.abs(nowMs - timeMs);
  if (distance < 5 * SECOND) return "just now";
  if (distance >= 100 * DAY) return new Date(timeMs).toISOString().slice(0, 10);
  if (timeMs <= nowMs) return `${spoken(distance, Math.floor)} ago`;
  // What was set to end in 90 days does so a second later, too.
  return `in ${spoken(distance, Math.round)}`;
}

function spoken(distanceMs: number, whole: (amount: number) => number): string {
  if (distanceMs < MINUTE) return `${whole(distanceMs / SECOND)} s`;
  if (distanceMs < HOUR) return `${whole(distanceMs / MINUTE)} min`;
  if (distanceMs < DAY) return `${whole(distanceMs / HOUR)} h`;
  const days = whole(distanceMs / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}
