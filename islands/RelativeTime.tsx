import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How often what is shown is brought up to date. */
const TICK_MS = 15 * SECOND;

/** Time since the page was loaded; one clock for all, since tables have many times. */
const elapsedMs = signal(0);
let isTicking = false;

function startClock(): void {
  if (isTicking) return;
  isTicking = true;
  const loadedAt = Date.now();
  setInterval(() => elapsedMs.value = Date.now() - loadedAt, TICK_MS);
}

interface RelativeTimeProps {
  /** ISO 8601. */
  at: string;
  /** What the server's clock said when it sent the page; the browser's may be wrong. */
  now: string;
}

/** A time as people say it, kept up to date; the exact one is its title. */
export default function RelativeTime({ at, now }: RelativeTimeProps) {
  useEffect(startClock, []);
  const exact = `${at.slice(0, 19).replace("T", " ")} UTC`;
  return (
    <time dateTime={at} title={exact}>
      {relativeTime(Date.parse(at), Date.parse(now) + elapsedMs.value)}
    </time>
  );
}

function relativeTime(timeMs: number, nowMs: number): string {
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
