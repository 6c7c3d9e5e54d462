import type { Target } from "./upstream.ts";

/** What is known of how a server can be spoken to; `null` = not found out yet. */
export interface KnownEras {
  modern: boolean | null;
  legacy: "streamable" | "sse" | "none" | null;
}

interface Entry extends KnownEras {
  url: string;
  goodUntilMs: number;
}

const KEEP_MS = 10 * 60_000;
const MAX_ENTRIES = 2_000;

/**
 * Remembers for ten minutes in which eras a server speaks.
 *
 * It is a memory of what was seen, never the truth: a failure that hints at
 * another era clears it.
 */
export class EraCache {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** What is known of a server at its present address. */
  get(target: Target): KnownEras {
    const entry = this.#entries.get(target.id);
    const isGood = entry !== undefined && entry.url === target.url.href &&
      entry.goodUntilMs > this.#now().getTime();
    return isGood ? entry : { modern: null, legacy: null };
  }

  /** Adds what was found out. */
  learn(target: Target, found: Partial<KnownEras>): void {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && !oldest.done) this.#entries.delete(oldest.value);
    const { modern, legacy } = this.get(target);
    this.#entries.set(target.id, {
      modern,
      legacy,
      ...found,
      url: target.url.href,
      goodUntilMs: this.#now().getTime() + KEEP_MS,
    });
  }

  /** Forgets a server, so that the next call finds out again. */
  forget(target: Target): void {
    this.#entries.delete(target.id);
  }
}
