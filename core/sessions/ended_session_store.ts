import { z } from "zod";
import type { WorkspaceId } from "../ids.ts";
import { keys, prefixes } from "../kv/keys.ts";
import type { SharedReads } from "../kv/shared_reads.ts";

const EndedSession = z.object({ nonce: z.string() });

interface Known {
  count: bigint;
  cursor: string;
  nonces: Set<string>;
  loading: Promise<void> | null;
}

/** How many ended sessions of one workspace a process remembers. */
const MAX_REMEMBERED = 100_000;

/**
 * Remembers which sealed sessions were ended before their time.
 *
 * A counter tells every process that there is something new; the entries
 * themselves are read once and vanish when the session would have expired anyway.
 */
export class EndedSessionStore {
  readonly #kv: Deno.Kv;
  readonly #reads: SharedReads;
  readonly #known = new Map<WorkspaceId, Known>();

  constructor(kv: Deno.Kv, reads: SharedReads) {
    this.#kv = kv;
    this.#reads = reads;
  }

  /** Ends a session; it is refused everywhere once this has resolved. */
  async end(workspace: WorkspaceId, nonce: string, expireInMs: number): Promise<void> {
    await this.#kv.atomic()
      .set(keys.endedSession(workspace, this.#kv.commitVersionstamp()), { nonce }, {
        expireIn: expireInMs,
      })
      .sum(keys.sessionsEnded(workspace), 1n)
      .commit();
  }

  /** Whether a session was ended, by a read that began after this call. */
  async has(workspace: WorkspaceId, nonce: string): Promise<boolean> {
    const entry = await this.#reads.get<Deno.KvU64>(keys.sessionsEnded(workspace));
    const count = entry.value?.value ?? 0n;
    if (count === 0n) return false;

    const known = this.#of(workspace);
    while (known.count < count) await (known.loading ??= this.#catchUp(workspace, known));
    return known.nonces.has(nonce);
  }

  #of(workspace: WorkspaceId): Known {
    const known = this.#known.get(workspace) ??
      { count: 0n, cursor: "", nonces: new Set<string>(), loading: null };
    this.#known.set(workspace, known);
    return known;
  }

  async #catchUp(workspace: WorkspaceId, known: Known): Promise<void> {
    try {
      const { value } = await this.#kv.get<Deno.KvU64>(keys.sessionsEnded(workspace));
      const selector = known.cursor === "" ? { prefix: prefixes.endedSessions(workspace) } : {
        prefix: prefixes.endedSessions(workspace),
        start: keys.endedSession(workspace, `${known.cursor}\u0000`),
      };
      for await (const entry of this.#kv.list(selector)) {
        known.cursor = String(entry.key.at(-1));
        this.#remember(known, EndedSession.parse(entry.value).nonce);
      }
      known.count = value?.value ?? known.count;
    } finally {
      known.loading = null;
    }
  }

  #remember(known: Known, nonce: string): void {
    const oldest = known.nonces.keys().next();
    if (known.nonces.size >= MAX_REMEMBERED && !oldest.done) known.nonces.delete(oldest.value);
    known.nonces.add(nonce);
  }
}
