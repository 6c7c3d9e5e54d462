import { AssertionError } from "node:assert";

/** How long a condition may take before a test calls it false. */
export const PATIENCE_MS = 15_000;

/**
 * Waits until `look` gives something other than `undefined`, `null` or `false`.
 *
 * The deadline is generous on purpose: it bounds a broken run and measures nothing.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = PATIENCE_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + deadlineMs;

  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) {
      return seen as NonNullable<Exclude<T, false>>;
    }
    if (performance.now() > end) {
      throw new AssertionError({ message: `Not seen within ${deadlineMs} ms: ${what}` });
    }
    await pause(10);
  }
}

/** Waits for `ms`, or until `signal` is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();

  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
