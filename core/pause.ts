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
