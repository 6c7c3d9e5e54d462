import type { QuotaStore } from "./quota_store.ts";

/** What this process may still let in of one minute's limit. */
interface Portion {
  minute: number;
  limit: number;
  left: number;
  /** The store had nothing left to give. */
  isSpent: boolean;
  /** How many wait for the next portion, which is asked for once for all of them. */
  waiting: number;
  asking: Promise<void> | null;
}

const MINUTE_MS = 60_000;

/** A portion is this part of the limit: so much may be left lying at a process. */
const PORTIONS = 20;

/** How many limits one process counts at once; the one that was begun first makes room. */
const MAX_SCOPES = 10_000;

/**
 * Counts against limits per clock minute that all processes share.
 *
 * A process takes its part of a limit from the store in portions and counts them down in
 * memory. So no minute ever lets in more than the limit over all processes, and less only
 * by the portions that other processes took and did not use: one twentieth each.
 */
export class Quotas {
  readonly #store: Pick<QuotaStore, "take">;
  readonly #now: () => Date;
  readonly #portions = new Map<string, Portion>();

  constructor(store: Pick<QuotaStore, "take">, now: () => Date) {
    this.#store = store;
    this.#now = now;
  }

  /** Lets one more in, in this minute; `false` when the limit is used up. */
  async take(scope: string, limit: number): Promise<boolean> {
    // Kept while it is asked for: requests with another limit take turns at the scope.
    let portion = this.#portionOf(scope, limit);
    while (true) {
      if (portion.left > 0) {
        portion.left--;
        return true;
      }
      if (portion.isSpent) return false;
      await this.#more(scope, portion);
      if (portion.minute !== this.#minute) portion = this.#portionOf(scope, limit);
    }
  }

  /** Takes back what was let in just now and refused by another limit. */
  giveBack(scope: string, limit: number): void {
    const portion = this.#portions.get(scope);
    if (portion?.minute === this.#minute && portion.limit === limit) portion.left++;
  }

  /** Seconds until the next minute begins; at least 1. */
  get secondsLeft(): number {
    return Math.ceil((MINUTE_MS - this.#now().getTime() % MINUTE_MS) / 1000);
  }

  get #minute(): number {
    return Math.floor(this.#now().getTime() / MINUTE_MS);
  }

  #portionOf(scope: string, limit: number): Portion {
    const minute = this.#minute;
    const known = this.#portions.get(scope);
    const isOfNow = known?.minute === minute;
    if (isOfNow && known.limit === limit) return known;

    const left = isOfNow ? takenOver(known, limit) : 0;
    const fresh = { minute, limit, left, isSpent: false, waiting: 0, asking: null };
    this.#portions.delete(scope);
    const oldest = this.#portions.keys().next();
    if (this.#portions.size >= MAX_SCOPES && !oldest.done) this.#portions.delete(oldest.value);
    this.#portions.set(scope, fresh);
    return fresh;
  }

  async #more(scope: string, portion: Portion): Promise<void> {
    portion.waiting++;
    portion.asking ??= this.#ask(scope, portion);
    try {
      await portion.asking;
    } finally {
      portion.waiting--;
    }
  }

  async #ask(scope: string, portion: Portion): Promise<void> {
    // All who ask in the same turn of the event loop are counted in.
    await Promise.resolve();
    const { minute, limit, waiting } = portion;
    const wanted = Math.max(Math.floor(limit / PORTIONS), waiting, 1);

    try {
      const given = await this.#store.take(scope, minute, { limit, wanted });
      portion.left += given;
      portion.isSpent = given === 0;
    } finally {
      portion.asking = null;
    }
  }
}

/**
 * What is left of a portion for those with another limit: what was handed out under a higher
 * one may be more than a lower one lets in.
 */
function takenOver(known: Portion, limit: number): number {
  if (limit < known.limit) return 0;
  const { left } = known;
  known.left = 0;
  return left;
}
