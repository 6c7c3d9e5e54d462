import { z } from "zod";
import { commitWithRetry } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import { parseEntry } from "../kv/records.ts";

const HandedOut = z.number().int().nonnegative();

/** A minute's count is of no use after it, and clocks of processes differ a little. */
const KEEP_MS = 3 * 60_000;

/**
 * Keeps how much of a minute's limit was handed out to processes.
 *
 * Never more than the limit is handed out for one minute, whichever processes ask: each
 * portion is checked and counted in one commit.
 */
export class QuotaStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Takes up to `wanted` of what is left of `limit`; 0 when nothing is. */
  take(
    scope: string,
    minute: number,
    { limit, wanted }: { limit: number; wanted: number },
  ): Promise<number> {
    const key = keys.quota(scope, minute);

    return commitWithRetry("count a request against its limit", async () => {
      const entry = await this.#kv.get(key);
      const handedOut = parseEntry(HandedOut, entry) ?? 0;
      const result = Math.max(0, Math.min(wanted, limit - handedOut));
      if (result === 0) return { atomic: null, result };

      const atomic = this.#kv.atomic().check(entry)
        .set(key, handedOut + result, { expireIn: KEEP_MS });
      return { atomic, result };
    });
  }
}
