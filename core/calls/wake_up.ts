/** Waits for what may happen at any time, and does not overlook what happened meanwhile. */
export class WakeUp {
  readonly #signal: AbortSignal;
  #hasRung = false;
  #wake = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake());
  }

  /** Says that something happened. */
  readonly ring = (): void => {
    this.#hasRung = true;
    this.#wake();
  };

  /**
   * Resolves with `true` as soon as something has happened since the last time, and with
   * `false` when nothing did for so long, or the signal was aborted.
   */
  async within(timeoutMs: number): Promise<boolean> {
    if (!this.#hasRung && !this.#signal.aborted) await this.#wait(timeoutMs);
    const hasRung = this.#hasRung;
    this.#hasRung = false;
    return hasRung;
  }

  async #wait(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = () => {};
  }
}
