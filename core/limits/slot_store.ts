import { z } from "zod";
import { commitWithRetry } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import { parseEntry } from "../kv/records.ts";

const Lease = z.object({ slots: z.number().int().min(1), until: z.iso.datetime() });

/** Which process holds how many of the places of one limit, and until when. */
const Leases = z.record(z.string(), Lease);

/** What a process holds: a number of places until a time. */
export interface Held {
  slots: number;
  untilMs: number;
}

/** How long places stay with a process that gives no sign of life. */
export const LEASE_MS = 30_000;

/**
 * Keeps how the places of a limit on concurrent calls are shared out among processes.
 *
 * All leases of one limit are one record, so that never more places are held than there
 * are. Those of a process that was killed are free again when its lease is over.
 */
export class SlotStore {
  readonly #kv: Deno.Kv;
  readonly #instanceId: string;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { instanceId, now }: { instanceId: string; now: () => Date }) {
    this.#kv = kv;
    this.#instanceId = instanceId;
    this.#now = now;
  }

  /**
   * Makes this process hold `wanted` places, or as many as others leave of `limit`, from
   * now on for half a minute; gives what it holds then.
   */
  hold(scope: string, { limit, wanted }: { limit: number; wanted: number }): Promise<Held> {
    const key = keys.slots(scope);

    return commitWithRetry("share out the places of a limit", async () => {
      const nowMs = this.#now().getTime();
      const entry = await this.#kv.get(key);
      const leases = Object.entries(parseEntry(Leases, entry) ?? {})
        .filter(([id, { until }]) => id !== this.#instanceId && Date.parse(until) > nowMs);
      const taken = leases.reduce((sum, [, { slots }]) => sum + slots, 0);
      const slots = Math.max(0, Math.min(wanted, limit - taken));

      const untilMs = nowMs + LEASE_MS;
      const until = new Date(untilMs).toISOString();
      if (slots > 0) leases.push([this.#instanceId, { slots, until }]);
      const atomic = this.#kv.atomic().check(entry);
      if (leases.length === 0) atomic.delete(key);
      else atomic.set(key, Object.fromEntries(leases), { expireIn: LEASE_MS });
      return { atomic, result: { slots, untilMs } };
    });
  }
}
