/** Waits for a time, or until `signal` aborts, whichever is first; never rejects. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(delayMs, LONGEST_MS));
    signal.addEventListener("abort", done);
  });
}

/** A timer of more than 24 days would fire at once. */
const LONGEST_MS = 24 * 60 * 60_000;

/** How long to wait before a stream is opened again when its server says nothing of it. */
const DEFAULT_RETRY_MS = 1_000;
/** A server that wants to be asked at once would be asked without a break. */
const SHORTEST_RETRY_MS = 100;

/** How long to wait before a stream is opened again, by what its server said. */
export function retryDelayMs(retryMs: number | null): number {
  return Math.max(retryMs ?? DEFAULT_RETRY_MS, SHORTEST_RETRY_MS);
}
