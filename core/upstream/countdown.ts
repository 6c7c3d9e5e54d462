import { afterAbout } from "../coarse_timer.ts";

/** A time that runs down once, and can stand still meanwhile. */
export class Countdown implements Disposable {
  readonly #fire: () => void;
  #leftMs: number;
  #startedAtMs = 0;
  #timer: Disposable | null = null;

  constructor(durationMs: number, fire: () => void) {
    this.#leftMs = durationMs;
    this.#fire = fire;
  }

  /** Lets the time run, on from where it stands. */
  run(): void {
    if (this.#timer !== null) return;
    this.#startedAtMs = performance.now();
    this.#timer = afterAbout(this.#leftMs, this.#fire);
  }

  /** Lets the time stand still. */
  pause(): void {
    if (this.#timer === null) return;
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#startedAtMs));
    this[Symbol.dispose]();
  }

  /** Ends it for good, unless it is run again. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }
}
