import { setImmediate } from "node:timers";

/**
 * Resolves once the event loop has handed out everything that has arrived so far.
 *
 * A batch that waits for it takes along all that came in the same turn. It costs
 * microseconds when nothing did, unlike a timer, which would be a delay.
 */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
