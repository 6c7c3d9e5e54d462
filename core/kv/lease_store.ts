import { z } from "zod";
import { commitWithRetry } from "./commit.ts";
import { keys } from "./keys.ts";
import { parseEntry } from "./records.ts";

/** Who does something alone, and until when nobody else may. */
const Lease = z.object({ holder: z.string(), until: z.iso.datetime() });

/** How long a piece of work stays with a process that gives no sign of life. */
export const LEASE_MS = 30_000;

/** How far the clocks of two processes may be apart. */
const SKEW_MS = 60_000;

/**
 * Says which process does what one alone should do.
 *
 * It spares work and promises nothing: a process that stood still for longer than its lease
 * may be one of two, so whatever is done must come out right even then.
 */
export class LeaseStore {
  readonly #kv: Deno.Kv;
  readonly #holder: string;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { instanceId, now }: { instanceId: string; now: () => Date }) {
    this.#kv = kv;
    this.#holder = instanceId;
    this.#now = now;
  }

  /** Takes or renews the lease for half a minute; `false` while another process has it. */
  hold(name: string): Promise<boolean> {
    const key = keys.lease(name);

    return commitWithRetry(`hold the lease "${name}"`, async () => {
      const nowMs = this.#now().getTime();
      const entry = await this.#kv.get(key);
      const lease = parseEntry(Lease, entry);
      const isAnothers = lease !== null && lease.holder !== this.#holder &&
        isGood(Date.parse(lease.until), nowMs);
      if (isAnothers) return { atomic: null, result: false };

      const until = new Date(nowMs + LEASE_MS).toISOString();
      const atomic = this.#kv.atomic().check(entry)
        .set(key, { holder: this.#holder, until }, { expireIn: LEASE_MS });
      return { atomic, result: true };
    });
  }

  /** Lets another process have it at once; nothing happens when it is not ours. */
  async release(name: string): Promise<void> {
    const key = keys.lease(name);
    await commitWithRetry(`release the lease "${name}"`, async () => {
      const entry = await this.#kv.get(key);
      const isOurs = parseEntry(Lease, entry)?.holder === this.#holder;
      const atomic = isOurs ? this.#kv.atomic().check(entry).delete(key) : null;
      return { atomic, result: null };
    });
  }
}

/** Whether a lease still counts; one that ends too late was given by a clock that was wrong. */
function isGood(untilMs: number, nowMs: number): boolean {
  return untilMs > nowMs && untilMs <= nowMs + LEASE_MS + SKEW_MS;
}
