import { SinkId } from "../ids.ts";
import { commitOnce, commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { getAll, parseEntry, parseRecord } from "../kv/records.ts";
import { z } from "zod";
import { FRESH_STATE, SinkState } from "./sink_progress.ts";
import type { StreamName } from "./sink_stream.ts";

/** How many keys one commit clears away. */
const CLEARED_AT_ONCE = 400;

/** How many cursors one look forgets. */
const FORGOTTEN_AT_ONCE = 50;

/** Up to which place a sink has a stream. */
const Cursor = z.string();

/** Where cursors move to, by stream. */
export type Cursors = ReadonlyMap<StreamName, string>;

/**
 * Keeps how far each sink is, and how it does.
 *
 * Whoever writes says which revision it has seen, so that of two processes which send at the
 * same time one moves the cursors and the other begins anew.
 */
export class SinkProgressStore {
  readonly #kv: Deno.Kv;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** How a sink does; `null` when it is gone. */
  async state(id: SinkId): Promise<SinkState | null> {
    return parseEntry(SinkState, await this.#kv.get(keys.sinkState(id)));
  }

  /** The versionstamp after which a sink gets the log; empty for all that is kept. */
  async begin(id: SinkId): Promise<string> {
    for await (const { key } of this.#kv.list({ prefix: prefixes.sinkBegin(id) }, { limit: 1 })) {
      return String(key.at(-1));
    }
    return "";
  }

  /** All cursors of a sink. */
  async cursors(id: SinkId): Promise<Map<StreamName, string>> {
    const cursors = new Map<StreamName, string>();
    for await (const entry of this.#kv.list({ prefix: prefixes.sinkCursors(id) })) {
      // The key is one that this store wrote with the name of a stream.
      cursors.set(String(entry.key.at(-1)) as StreamName, parseRecord(Cursor, entry));
    }
    return cursors;
  }

  /** The cursors of a sink in these streams, as far as there are any. */
  async cursorsIn(
    id: SinkId,
    streams: readonly StreamName[],
  ): Promise<Map<StreamName, string>> {
    const entries = await getAll(this.#kv, streams.map((each) => keys.sinkCursor(id, each)));
    const cursors = new Map<StreamName, string>();
    for (const [at, entry] of entries.entries()) {
      const cursor = parseEntry(Cursor, entry);
      if (cursor !== null) cursors.set(streams[at], cursor);
    }
    return cursors;
  }

  /**
   * Writes what `change` makes of the state that was seen, with the cursors that moved; gives
   * what was written, or `null` when somebody else wrote since, or the sink is gone.
   */
  advance(
    id: SinkId,
    seen: SinkState,
    change: Partial<Omit<SinkState, "revision">>,
    cursors: Cursors = new Map(),
  ): Promise<SinkState | null> {
    return commitWithRetry("say how far a sink is", async () => {
      const entry = await this.#kv.get(keys.sinkState(id));
      const current = parseEntry(SinkState, entry);
      if (current?.revision !== seen.revision) return { atomic: null, result: null };

      const result = { ...current, ...change, revision: current.revision + 1 };
      const atomic = this.#kv.atomic().check(entry).set(entry.key, result);
      for (const [stream, place] of cursors) {
        atomic.set(keys.sinkCursor(id, stream), place);
      }
      return { atomic, result };
    });
  }

  /** Forgets some cursors, unless they were moved since; for streams of which nothing is left. */
  async forget(id: SinkId, cursors: Cursors): Promise<void> {
    for (const [stream, place] of [...cursors].slice(0, FORGOTTEN_AT_ONCE)) {
      const entry = await this.#kv.get(keys.sinkCursor(id, stream));
      if (entry.value === place) await commitOnce(this.#kv.atomic().check(entry).delete(entry.key));
    }
  }

  /** Has a sink that failed be tried at once; for whoever mended it. */
  async retryNow(id: SinkId, now: Date): Promise<void> {
    await commitWithRetry("have a sink tried again", async () => {
      const entry = await this.#kv.get(keys.sinkState(id));
      const state = parseEntry(SinkState, entry);
      if (state === null || state.failure === null) return { atomic: null, result: undefined };
      const failure = { ...state.failure, nextTryAt: now.toISOString() };
      const atomic = this.#kv.atomic().check(entry)
        .set(entry.key, { ...state, failure, revision: state.revision + 1 });
      return { atomic, result: undefined };
    });
  }

  /** Clears away what is left of sinks whose removal was cut short. */
  async clearLeft(): Promise<void> {
    for (const prefix of [prefixes.allSinkCursors, prefixes.sinkBegins]) {
      let next: Deno.KvListSelector = { prefix };
      for (;;) {
        const [found] = await Array.fromAsync(this.#kv.list(next, { limit: 1 }));
        if (found === undefined) break;
        const id = SinkId.parse(found.key[1]);
        // The state comes and goes with the sink, and no id is used twice.
        if (await this.state(id) === null) await this.clear(id);
        next = { prefix, start: [...prefix, `${id}\0`] };
      }
    }
  }

  /** Clears away the cursors of a sink that is gone; they lead nowhere. */
  async clear(id: SinkId): Promise<void> {
    const left = [prefixes.sinkCursors(id), prefixes.sinkBegin(id)];
    for (const prefix of left) {
      for (;;) {
        const found = await Array.fromAsync(this.#kv.list({ prefix }, { limit: CLEARED_AT_ONCE }));
        if (found.length === 0) break;
        await commitWithRetry("clear away cursors of a sink", () => {
          const atomic = this.#kv.atomic();
          for (const { key } of found) atomic.delete(key);
          return Promise.resolve({ atomic, result: undefined });
        });
      }
    }
  }
}

/** Adds the state of a new sink to the commit that stores it. */
export function beginProgress(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  id: SinkId,
  isFromNow: boolean,
): void {
  atomic.set(keys.sinkState(id), FRESH_STATE);
  // The calls of later commits have later versionstamps, in whichever workspace.
  if (isFromNow) atomic.set(keys.sinkBegin(id, kv.commitVersionstamp()), true);
}

/** Adds to the commit that removes a sink that nobody moves its cursors any more. */
export function endProgress(atomic: Deno.AtomicOperation, id: SinkId): void {
  atomic.delete(keys.sinkState(id));
}

/** Adds to a commit that mends a sink that it is tried anew. */
export async function forgetFailure(
  kv: Deno.Kv,
  atomic: Deno.AtomicOperation,
  id: SinkId,
): Promise<void> {
  const entry = await kv.get(keys.sinkState(id));
  const state = parseEntry(SinkState, entry);
  if (state === null || state.failure === null) return;
  atomic.check(entry)
    .set(entry.key, { ...state, failure: null, revision: state.revision + 1 });
}
