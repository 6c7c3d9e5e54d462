/** After how long pauses a write to the file is looked for: its commit comes later. */
const LOOK_PAUSES_MS = [1, 2, 7];

/** How long a change may stay unseen when the file system says nothing. */
const POLL_MS = 100;

/** A pause is so many times as long as the look before it. */
const PAUSE_SHARE = 4;

/**
 * Looks again whenever another process may have changed an embedded store.
 *
 * No notice of a commit crosses processes. The file system tells of a write to the
 * write-ahead log, which comes a moment before the commit can be seen; a slow poll
 * covers what it does not tell. However much is written, looking takes a fifth of
 * the time at most.
 */
export class FileChanges {
  readonly #walPath: string;
  readonly #look: () => Promise<void>;
  readonly #ended: Promise<void>;
  #stirred = false;
  #stopped = false;
  #endIdling = () => {};
  #endPause = () => {};

  /** Begins at once; `look` must not reject. */
  constructor(filePath: string, look: () => Promise<void>) {
    this.#walPath = `${filePath}-wal`;
    this.#look = look;
    this.#ended = this.#run();
  }

  /** Says that there may be something to see. */
  stir(): void {
    this.#stirred = true;
    this.#endIdling();
  }

  /** Looks no more; resolves when the last look is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endIdling();
    this.#endPause();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const watcher = this.#watchFile();

    while (!this.#stopped) {
      const pausesMs = this.#stirred ? LOOK_PAUSES_MS : [0];
      this.#stirred = false;
      for (const pauseMs of pausesMs) await this.#lookAfter(pauseMs);
      if (!this.#stirred) await this.#idle();
    }

    watcher?.close();
  }

  async #lookAfter(pauseMs: number): Promise<void> {
    if (pauseMs > 0) await this.#pause(pauseMs);
    if (this.#stopped) return;

    const start = performance.now();
    await this.#look();
    await this.#pause((performance.now() - start) * PAUSE_SHARE);
  }

  /** A file system that gives no notices leaves the poll. */
  #watchFile(): Deno.FsWatcher | null {
    try {
      const watcher = Deno.watchFs(this.#walPath, { recursive: false });
      void this.#listen(watcher);
      return watcher;
    } catch {
      return null;
    }
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const _event of watcher) this.stir();
    } catch {
      // The poll goes on without the watcher.
    }
  }

  async #idle(): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => this.#endIdling = resolveAfter(resolve, POLL_MS));
  }

  async #pause(delayMs: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => this.#endPause = resolveAfter(resolve, delayMs));
  }
}

/** Resolves after a delay, or as soon as the result is called. */
function resolveAfter(resolve: () => void, delayMs: number): () => void {
  const timer = setTimeout(resolve, delayMs);
  return () => {
    clearTimeout(timer);
    resolve();
  };
}
