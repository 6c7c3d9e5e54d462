import type { EventStore } from "../events/event_store.ts";
import { ServerId } from "../ids.ts";
import { commitOnce, commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listRecords, parseEntry, parseRecord } from "../kv/records.ts";
import { OpenBreaker, ServerEras, type ServerHealth } from "./server_health.ts";

/** How long what was found out about a server is believed. */
export const KEEP_ERAS_MS = 24 * 60 * 60_000;

/** How long a breaker is shown after its next try is due, when nobody tries. */
const KEEP_BREAKER_MS = 10 * 60_000;

/**
 * Keeps what processes know of how servers do.
 *
 * It is what was last seen, never the truth: nothing is lost when a write is.
 */
export class ServerHealthStore {
  readonly #kv: Deno.Kv;
  readonly #instanceId: string;
  readonly #events: EventStore;
  readonly #now: () => Date;

  constructor(
    kv: Deno.Kv,
    { instanceId, events, now }: { instanceId: string; events: EventStore; now: () => Date },
  ) {
    this.#kv = kv;
    this.#instanceId = instanceId;
    this.#events = events;
    this.#now = now;
  }

  /** How a server can be spoken to, or `null` when that is not known, or too old. */
  async eras(server: ServerId): Promise<ServerEras | null> {
    const eras = parseEntry(ServerEras, await this.#kv.get(keys.serverEras(server)));
    return eras !== null && this.#isFresh(eras) ? eras : null;
  }

  /** Keeps what was found out; every process goes by it from its next look on. */
  async setEras(server: ServerId, eras: ServerEras): Promise<void> {
    const expireIn = KEEP_ERAS_MS;
    await commitOnce(this.#rung().set(keys.serverEras(server), eras, { expireIn }));
  }

  /** Forgets what was found out. */
  async dropEras(server: ServerId): Promise<void> {
    await commitOnce(this.#rung().delete(keys.serverEras(server)));
  }

  /**
   * Says that this process does not call a server for a while; `null` that it does again.
   *
   * That it begins is an event, in the same commit; one a minute, since other processes find
   * out the same at about the same time.
   */
  async setBreaker(
    { id, slug }: { id: ServerId; slug: string },
    breaker: OpenBreaker | null,
    isOpening = false,
  ): Promise<void> {
    const key = keys.serverBreaker(id, this.#instanceId);
    await commitWithRetry(`note how server "${slug}" does`, async () => {
      const now = this.#now();
      const atomic = this.#rung();
      if (breaker === null) return { atomic: atomic.delete(key), result: null };
      atomic.set(key, breaker, { expireIn: goodForMs(breaker, now) });
      if (!isOpening) return { atomic, result: null };

      const { failures, since, nextTryAt } = breaker;
      await this.#events.addOnceAMinute(atomic, `breaker ${id}`, {
        kind: "breaker_opened",
        at: now.toISOString(),
        serverId: id,
        server: slug,
        failures,
        since,
        nextTryAt,
      });
      return { atomic, result: null };
    });
  }

  /** How a server does, whichever process knows it. */
  async read(server: ServerId): Promise<ServerHealth> {
    const [eras, breakers] = await Promise.all([
      this.eras(server),
      listRecords(this.#kv, OpenBreaker, prefixes.serverBreakers(server)),
    ]);
    return { eras, breaker: this.#latest(breakers) };
  }

  /** How all servers do of which anything is known; two reads, however many there are. */
  async readAll(): Promise<Map<ServerId, ServerHealth>> {
    const [eras, breakers] = await Promise.all([
      Array.fromAsync(this.#kv.list({ prefix: prefixes.allServerEras })),
      Array.fromAsync(this.#kv.list({ prefix: prefixes.allServerBreakers })),
    ]);

    const known = new Map<ServerId, ServerHealth>();
    for (const entry of eras) {
      const found = parseRecord(ServerEras, entry);
      if (this.#isFresh(found)) known.set(serverOf(entry), { eras: found, breaker: null });
    }
    for (const [server, entries] of Map.groupBy(breakers, serverOf)) {
      const breaker = this.#latest(entries.map((entry) => parseRecord(OpenBreaker, entry)));
      known.set(server, { eras: known.get(server)?.eras ?? null, breaker });
    }
    return known;
  }

  #isFresh({ probedAt }: ServerEras): boolean {
    return this.#now().getTime() - Date.parse(probedAt) < KEEP_ERAS_MS;
  }

  /** Of the process that tries again last. */
  #latest(breakers: readonly OpenBreaker[]): OpenBreaker | null {
    const [latest] = breakers.filter((breaker) => goodForMs(breaker, this.#now()) > 0)
      .sort((a, b) => b.nextTryAt.localeCompare(a.nextTryAt));
    return latest ?? null;
  }

  /** A commit that wakes whoever follows how servers do. */
  #rung(): Deno.AtomicOperation {
    return this.#kv.atomic().set(keys.serversBell, true);
  }
}

/** The key's second part: `["server_eras", <server>]`. */
function serverOf({ key }: { key: Deno.KvKey }): ServerId {
  return ServerId.parse(key[1]);
}

function goodForMs({ nextTryAt }: OpenBreaker, now: Date): number {
  return Date.parse(nextTryAt) + KEEP_BREAKER_MS - now.getTime();
}
