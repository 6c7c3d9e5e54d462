import { relativeTime } from "./relative_time.ts";

/** How often what is shown is brought up to date. */
const TICK_MS = 15_000;

/**
 * Keeps every relative time of the page up to date, also those that come into it later.
 *
 * Each says what the server's clock said when it was sent, since the browser's may be wrong.
 */
export function keepTimes(): () => void {
  const seenAt = new WeakMap<Element, number>();

  function tick(): void {
    const nowMs = performance.now();
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-now]")) {
      const firstMs = seenAt.get(time) ?? (seenAt.set(time, nowMs), nowMs);
      const sentMs = Date.parse(time.dataset.now ?? "");
      const text = relativeTime(Date.parse(time.dateTime), sentMs + nowMs - firstMs);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  tick();
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}
