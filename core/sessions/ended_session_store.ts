import { z } from "zod";
import type { WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";

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
  readonly #known = new Map<WorkspaceId, Known>();

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Ends a session; it is refused everywhere once this has resolved. */
  async end(workspace: WorkspaceId, nonce: string, expireInMs: number): Promise<void> {
    await commitWithRetry("end a session", () => {
      const key = keys.endedSession(workspace, this.#kv.commitVersionstamp());
      const atomic = this.#kv.atomic()
        .set(key, { nonce }, { expireIn: expireInMs })
        .sum(keys.sessionsEnded(workspace), 1n);
      return Promise.resolve({ atomic, result: undefined });
    });
  }

  /**
   * Whether a session was among the first `count` that were ended in its workspace: the
   * store's counter, read for the call that asks.
   */
  async has(workspace: WorkspaceId, nonce: string, count: bigint): Promise<boolean> {
    if (count === 0n) return false;

    const known = this.#of(workspace);
    // The first may have begun too early to see all of them; the second has not.
    for (let round = 0; round < 2 && known.count < count; round++) {
      await (known.loading ??= this.#catchUp(workspace, known));
    }
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
