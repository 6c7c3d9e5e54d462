import { pause } from "./pause.ts";

/** Something beside the calls that is done when it is woken. */
export interface Minutely {
  /** Has it look at all there may be to do. */
  wake(): void;
  /** Resolves when nothing runs any more that was woken until now. */
  settled(): Promise<void>;
}

/** The next minute is not kept waiting. */
const LONGEST_MS = 50_000;

/**
 * Wakes all, and resolves when all is done, or after 50 s: a platform that starts a process for
 * this may stop it as soon as it has resolved.
 */
export async function eachMinute(tasks: readonly Minutely[]): Promise<void> {
  for (const task of tasks) task.wake();

  const over = new AbortController();
  const done = Promise.all(tasks.map((task) => task.settled())).finally(() => over.abort());
  await Promise.race([done, pause(LONGEST_MS, over.signal)]);
}
