import { AsyncLocalStorage } from "node:async_hooks";

/** So long something works until it rests, and so long it rests. */
const WORK_MS = 8;
const REST_MS = 8;

/**
 * Has long work in the background rest as long as it works, in short turns, so that calls and
 * pages come through while it goes on. All who share one rest at the same time.
 */
export class Breather {
  readonly #clock: () => number;
  #restedMs: number;
  #rest: Promise<void> | null = null;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#restedMs = clock();
  }

  /** Resolves at once while there is time to work, and else after a rest. */
  breathe(): Promise<void> {
    if (this.#rest !== null) return this.#rest;
    const workedMs = this.#clock() - this.#restedMs;
    if (workedMs < WORK_MS) return Promise.resolve();
    // What was idle for long has rested already.
    const restMs = workedMs > 10 * WORK_MS ? 0 : Math.max(REST_MS, workedMs);
    this.#rest = new Promise((resolve) =>
      setTimeout(() => {
        this.#rest = null;
        this.#restedMs = this.#clock();
        resolve();
      }, restMs)
    );
    return this.#rest;
  }
}

const resting = new AsyncLocalStorage<Breather>();

/** Does something in the background: whatever it calls that can rests as the breather says. */
export function inBackground<Result>(breather: Breather, run: () => Result): Result {
  return resting.run(breather, run);
}

/** A place where work in the background may rest; other work goes on. */
export async function breathe(): Promise<void> {
  await resting.getStore()?.breathe();
}
