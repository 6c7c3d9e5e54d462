import type { ServerId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import type { SharedReads } from "../kv/shared_reads.ts";

/**
 * Counts how often the lists of each server changed, so that what one process has heard
 * holds for all: a list that was read before the count moved is not shown after it.
 */
export class ListVersionStore {
  readonly #kv: Deno.Kv;
  readonly #reads: SharedReads;
  readonly #counting = new Map<ServerId, { running: Promise<void>; next: Promise<void> | null }>();

  constructor(kv: Deno.Kv, reads: SharedReads) {
    this.#kv = kv;
    this.#reads = reads;
  }

  /** The count as it is now, by a read that began after the question. */
  async read(server: ServerId): Promise<bigint> {
    const { value } = await this.#reads.get<Deno.KvU64>(keys.listVersion(server));
    return value?.value ?? 0n;
  }

  /**
   * Counts a change; resolves when every process goes by it. Changes that come while one is
   * being counted are counted together.
   */
  count(server: ServerId): Promise<void> {
    const counting = this.#counting.get(server);
    if (counting === undefined) {
      const running = this.#commit(server);
      this.#counting.set(server, { running, next: null });
      return running;
    }
    counting.next ??= counting.running.catch(() => {}).then(() => {
      this.#counting.delete(server);
      return this.count(server);
    });
    return counting.next;
  }

  async #commit(server: ServerId): Promise<void> {
    try {
      await commitWithRetry("count a change of lists", () => {
        const atomic = this.#kv.atomic().sum(keys.listVersion(server), 1n);
        return Promise.resolve({ atomic, result: undefined });
      });
    } finally {
      if (this.#counting.get(server)?.next === null) this.#counting.delete(server);
    }
  }
}
