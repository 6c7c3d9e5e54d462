import { GatewayError } from "../errors.ts";

/** Writers that lose this often in a row give up. */
const MAX_ATTEMPTS = 20;

/** What one attempt wants to commit, and what it means when that holds. */
export interface Prepared<Result> {
  /** `null` when there is nothing to write. */
  atomic: Deno.AtomicOperation | null;
  result: Result;
}

/**
 * Commits, and says whether the checks held.
 *
 * An embedded store that another process holds for too long throws "database is
 * locked" with nothing applied; that is a lost race like any other.
 */
export async function commitOnce(
  atomic: Deno.AtomicOperation,
): Promise<boolean> {
  try {
    const { ok } = await atomic.commit();
    return ok;
  } catch (error) {
    if (isLocked(error)) return false;
    throw error;
  }
}

/**
 * Prepares and commits until the checks hold, and gives the attempt's result.
 *
 * `prepare` reads afresh each time, so that it decides on what is stored now.
 * `doing` completes "Cannot …". Throws `conflict` when others were always first.
 */
export function commitWithRetry<Result>(
  doing: string,
  prepare: () => Promise<Prepared<Result>>,
): Promise<Result> {
  return retryLostRaces(doing, MAX_ATTEMPTS, async () => {
    const { atomic, result } = await prepare();
    return atomic === null || await commitOnce(atomic) ? { result } : null;
  });
}

/**
 * Attempts until an attempt is not lost, with longer and longer pauses, at most
 * `maxAttempts` times; a lost one gives `null`.
 *
 * `doing` completes "Cannot …". Throws `conflict` when all were lost.
 */
export async function retryLostRaces<Result>(
  doing: string,
  maxAttempts: number,
  attempt: (number: number) => Promise<{ result: Result } | null>,
): Promise<Result> {
  for (let number = 1; number <= maxAttempts; number++) {
    const won = await attempt(number);
    if (won !== null) return won.result;
    await pause(Math.random() * Math.min(2 ** number, 50));
  }

  throw new GatewayError(
    "conflict",
    `Cannot ${doing}: other writers were always first`,
    {
      publicMessage: `Cannot ${doing}: others change the same thing right now. Try again.`,
    },
  );
}

/** Whether an embedded store refused a commit because another process writes. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
