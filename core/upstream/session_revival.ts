import { pause } from "../pause.ts";
import type { Pooled } from "./pooled_session.ts";

const FIRST_PAUSE_MS = 1_000;
/** After which the next call opens the session, or nobody. */
const MAX_ATTEMPTS = 6;

/**
 * Opens sessions again whose servers ended them while their clients still listen: what
 * was subscribed to would not be heard of otherwise.
 */
export class SessionRevival {
  readonly #reopen: (pooled: Pooled) => Promise<boolean>;
  readonly #underWay = new Map<string, Pooled>();
  readonly #ending = new AbortController();

  /** `reopen` says whether that was all that is to be done. */
  constructor(reopen: (pooled: Pooled) => Promise<boolean>) {
    this.#reopen = reopen;
  }

  /** Begins with one session, unless it is being opened again already. */
  begin(pooled: Pooled): void {
    if (this.#underWay.has(pooled.key)) return;
    this.#underWay.set(pooled.key, pooled);
    void this.#run(pooled).finally(() => this.#underWay.delete(pooled.key));
  }

  /** The sessions of a member that are being opened again. */
  ofMember(memberId: string): Pooled[] {
    return [...this.#underWay.values()].filter(({ owner }) => owner.memberId === memberId);
  }

  /** Ends all attempts. */
  close(): void {
    this.#ending.abort();
  }

  async #run(pooled: Pooled): Promise<void> {
    const { signal } = this.#ending;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      await pause(FIRST_PAUSE_MS * 2 ** attempt, signal);
      if (signal.aborted || pooled.isOutdated) return;
      if (await this.#reopen(pooled).catch(() => false)) return;
    }
  }
}
