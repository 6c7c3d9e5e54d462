import { FileChanges } from "./file_changes.ts";
import { KEYS_PER_WATCH, KeyWatch } from "./key_watch.ts";
import type { Store } from "./open_store.ts";
import type { SharedReads } from "./shared_reads.ts";

/** A key that somebody watches. */
interface WatchedKey {
  key: readonly string[];
  /** `undefined` until it was seen for the first time; `null` while there is none. */
  versionstamp: string | null | undefined;
  watchers: Set<Watcher>;
}

interface Watcher {
  onChange: () => void;
}

/**
 * Tells of changes under a key, whichever process made them.
 *
 * An embedded file is looked at when its log was written to, and every 100 ms; any
 * other store tells by itself. Nothing is read while nobody watches.
 */
export class Signals {
  readonly #store: Store;
  readonly #reads: SharedReads;
  readonly #log: (message: string) => void;
  readonly #watched = new Map<string, WatchedKey>();
  #keyWatches: KeyWatch[] = [];
  #fileChanges: FileChanges | null = null;
  #stopping = new Set<Promise<void>>();

  constructor(
    store: Store,
    reads: SharedReads,
    { log = () => {} }: { log?: (message: string) => void } = {},
  ) {
    this.#store = store;
    this.#reads = reads;
    this.#log = log;
  }

  /**
   * Calls `onChange` whenever what lies under the key was written again.
   *
   * The first call comes when the watch has begun, so that a change between the
   * watcher's own reading and the watch is not missed. Several changes may make
   * one call: it says "look again" and not what happened.
   */
  watch(key: readonly string[], onChange: () => void): Disposable {
    const id = JSON.stringify(key);
    const watcher: Watcher = { onChange };
    const watched = this.#watched.get(id) ?? this.#begin(id, key);

    watched.watchers.add(watcher);
    if (watched.versionstamp !== undefined) {
      queueMicrotask(() => watched.watchers.has(watcher) && this.#call(watcher));
    }

    return {
      [Symbol.dispose]: () => {
        const removed = watched.watchers.delete(watcher);
        if (removed && watched.watchers.size === 0) this.#end(id, watched);
      },
    };
  }

  /** Ends every watch; resolves when nothing is being read any more. */
  async close(): Promise<void> {
    for (const [id, watched] of [...this.#watched]) {
      watched.watchers.clear();
      this.#end(id, watched);
    }
    await Promise.all(this.#stopping);
  }

  #begin(id: string, key: readonly string[]): WatchedKey {
    const watched: WatchedKey = { key, versionstamp: undefined, watchers: new Set() };
    this.#watched.set(id, watched);

    const { filePath } = this.#store;
    if (filePath === null) this.#keyWatchWithRoom().add(key);
    else if (this.#fileChanges !== null) this.#fileChanges.stir();
    else this.#fileChanges = new FileChanges(filePath, () => this.#look());

    return watched;
  }

  #end(id: string, { key }: WatchedKey): void {
    this.#watched.delete(id);

    const keyWatch = this.#keyWatches.find((watch) => watch.has(key));
    keyWatch?.remove(key);
    if (keyWatch?.size === 0) {
      this.#keyWatches = this.#keyWatches.filter((watch) => watch !== keyWatch);
      this.#stop(keyWatch);
    }

    if (this.#watched.size > 0 || this.#fileChanges === null) return;
    this.#stop(this.#fileChanges);
    this.#fileChanges = null;
  }

  #stop(source: KeyWatch | FileChanges): void {
    const stopped = source.stop();
    this.#stopping.add(stopped);
    void stopped.finally(() => this.#stopping.delete(stopped));
  }

  #keyWatchWithRoom(): KeyWatch {
    const withRoom = this.#keyWatches.find((watch) => watch.size < KEYS_PER_WATCH);
    if (withRoom !== undefined) return withRoom;

    const fresh = new KeyWatch({
      kv: this.#store.kv,
      deliver: (entries) => this.#deliver(entries),
      log: this.#log,
    });
    this.#keyWatches.push(fresh);
    return fresh;
  }

  async #look(): Promise<void> {
    const keys = [...this.#watched.values()].map((watched) => watched.key);

    try {
      this.#deliver(await this.#reads.getMany(keys));
    } catch (error) {
      this.#log(`Cannot look at ${keys.length} watched keys: ${error}`);
    }
  }

  #deliver(entries: readonly Deno.KvEntryMaybe<unknown>[]): void {
    for (const { key, versionstamp } of entries) {
      const watched = this.#watched.get(JSON.stringify(key));
      if (watched === undefined || watched.versionstamp === versionstamp) continue;

      watched.versionstamp = versionstamp;
      for (const watcher of [...watched.watchers]) this.#call(watcher);
    }
  }

  #call(watcher: Watcher): void {
    try {
      watcher.onChange();
    } catch (error) {
      this.#log(`Cannot tell of a change: ${error}`);
    }
  }
}
