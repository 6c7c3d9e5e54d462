import type { Authority } from "./authority.ts";

/** How long secrets of an epoch that is over may stay open while nobody calls. */
const SWEEP_MS = 5_000;

/** Keeps opened secrets no longer than the epoch that opened them, also when nobody calls. */
export class SnapshotSweep {
  readonly #timer: ReturnType<typeof setInterval>;
  #running: Promise<void> | null = null;

  constructor(authority: Pick<Authority, "sweep">) {
    this.#timer = setInterval(() => {
      this.#running ??= authority.sweep().finally(() => this.#running = null);
    }, SWEEP_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** Sweeps no more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
