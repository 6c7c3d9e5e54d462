/** How exact a window is. */
const BUCKET_MS = 10_000;
/** How far ahead the clocks of other processes may be. */
const AHEAD_MS = 60_000;

/** How many calls ended, and how many of them failed. */
export interface Rate {
  calls: number;
  errors: number;
}

/** Counts calls by when they ended, for as long as somebody looks back. */
export class RateWindow {
  readonly #buckets = new Map<number, Rate>();

  /** Counts one that ended then. */
  add(endedAtMs: number, isError: boolean): void {
    const bucket = Math.floor(endedAtMs / BUCKET_MS);
    const rate = this.#buckets.get(bucket) ?? { calls: 0, errors: 0 };
    rate.calls++;
    if (isError) rate.errors++;
    this.#buckets.set(bucket, rate);
  }

  /** What was counted in the last minutes, give or take 10 s. */
  last(minutes: number, nowMs: number): Rate {
    const first = Math.floor((nowMs - minutes * 60_000) / BUCKET_MS);
    const sum = { calls: 0, errors: 0 };
    for (const [bucket, { calls, errors }] of this.#buckets) {
      if (bucket <= first) continue;
      sum.calls += calls;
      sum.errors += errors;
    }
    return sum;
  }

  /** Forgets what was before the last minutes, and what a wrong clock said; whether anything is left. */
  prune(minutes: number, nowMs: number): boolean {
    const first = Math.floor((nowMs - minutes * 60_000) / BUCKET_MS);
    const last = Math.floor((nowMs + AHEAD_MS) / BUCKET_MS);
    for (const bucket of this.#buckets.keys()) {
      if (bucket < first || bucket > last) this.#buckets.delete(bucket);
    }
    return this.#buckets.size > 0;
  }
}
