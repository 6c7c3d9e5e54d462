/** How many keys one `kv.watch` takes. */
export const KEYS_PER_WATCH = 10;

/** How long a watch that broke stays closed. */
const REOPEN_MS = 1000;

/** What a watch needs, and where it reports. */
export interface KeyWatchOptions {
  kv: Deno.Kv;
  /** Gets the entries as they are when the watch begins, and after each change. */
  deliver: (entries: readonly Deno.KvEntryMaybe<unknown>[]) => void;
  log: (message: string) => void;
}

/**
 * One stream of changes of up to 10 keys, opened again when the keys change and
 * when it breaks.
 *
 * Every opening begins with the entries as they are, so nothing is missed
 * between two of them.
 */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  #keys: Deno.KvKey[] = [];
  #reader: ReadableStreamDefaultReader<Deno.KvEntryMaybe<unknown>[]> | null = null;
  #ended: Promise<void> | null = null;
  #stale = false;
  #endPause = () => {};

  constructor(options: KeyWatchOptions) {
    this.#options = options;
  }

  /** How many keys it watches. */
  get size(): number {
    return this.#keys.length;
  }

  has(key: Deno.KvKey): boolean {
    return this.#keys.includes(key);
  }

  add(key: Deno.KvKey): void {
    this.#keys = [...this.#keys, key];
    this.#restart();
  }

  /** The stream of the other keys goes on as it is. */
  remove(key: Deno.KvKey): void {
    this.#keys = this.#keys.filter((other) => other !== key);
    if (this.#keys.length === 0) this.#restart();
  }

  /** Watches nothing more; resolves when the stream is closed. */
  async stop(): Promise<void> {
    this.#keys = [];
    this.#restart();
    await this.#ended;
  }

  #restart(): void {
    this.#stale = true;
    this.#reader?.cancel().catch(() => {});
    this.#endPause();
    this.#ended ??= this.#run();
  }

  async #run(): Promise<void> {
    // Keys that are added in the same turn share one opening.
    await Promise.resolve();

    while (this.#keys.length > 0) {
      this.#stale = false;
      try {
        await this.#follow(this.#keys);
      } catch (error) {
        this.#options.log(`Cannot watch ${this.#keys.length} keys: ${error}`);
      }
      if (!this.#stale) await this.#pause();
    }

    this.#ended = null;
  }

  async #follow(keys: readonly Deno.KvKey[]): Promise<void> {
    this.#reader = this.#options.kv.watch<unknown[]>(keys).getReader();

    try {
      while (!this.#stale) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        if (!this.#stale) this.#options.deliver(value);
      }
    } finally {
      this.#reader = null;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REOPEN_MS);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
