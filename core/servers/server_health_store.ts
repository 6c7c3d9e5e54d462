import type { ServerId } from "../ids.ts";
import { commitOnce } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { listRecords, parseEntry } from "../kv/records.ts";
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
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { instanceId, now }: { instanceId: string; now: () => Date }) {
    this.#kv = kv;
    this.#instanceId = instanceId;
    this.#now = now;
  }

  /** How a server can be spoken to, or `null` when that is not known, or too old. */
  async eras(server: ServerId): Promise<ServerEras | null> {
    const eras = parseEntry(ServerEras, await this.#kv.get(keys.serverEras(server)));
    if (eras === null) return null;
    const ageMs = this.#now().getTime() - Date.parse(eras.probedAt);
    return ageMs < KEEP_ERAS_MS ? eras : null;
  }

  /** Keeps what was found out; every process goes by it from its next look on. */
  async setEras(server: ServerId, eras: ServerEras): Promise<void> {
    const expireIn = KEEP_ERAS_MS;
    await commitOnce(this.#kv.atomic().set(keys.serverEras(server), eras, { expireIn }));
  }

  /** Forgets what was found out. */
  async dropEras(server: ServerId): Promise<void> {
    await commitOnce(this.#kv.atomic().delete(keys.serverEras(server)));
  }

  /** Says that this process does not call a server for a while; `null` that it does again. */
  async setBreaker(server: ServerId, breaker: OpenBreaker | null): Promise<void> {
    const key = keys.serverBreaker(server, this.#instanceId);
    const atomic = this.#kv.atomic();
    await commitOnce(
      breaker === null
        ? atomic.delete(key)
        : atomic.set(key, breaker, { expireIn: goodForMs(breaker, this.#now()) }),
    );
  }

  /** How a server does, whichever process knows it. */
  async read(server: ServerId): Promise<ServerHealth> {
    const [eras, breakers] = await Promise.all([
      this.eras(server),
      listRecords(this.#kv, OpenBreaker, prefixes.serverBreakers(server)),
    ]);
    const [latest] = breakers.filter((breaker) => goodForMs(breaker, this.#now()) > 0)
      .sort((a, b) => b.nextTryAt.localeCompare(a.nextTryAt));
    return { eras, breaker: latest ?? null };
  }
}

function goodForMs({ nextTryAt }: OpenBreaker, now: Date): number {
  return Date.parse(nextTryAt) + KEEP_BREAKER_MS - now.getTime();
}
