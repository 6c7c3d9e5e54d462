/** What a task does, and what becomes of it. */
export interface BackgroundTaskDeps {
  /** What is being done, as in "Cannot deliver webhooks: …". */
  doing: string;
  /**
   * Does what there is to do now. It stops soon when the signal is aborted; what it leaves
   * undone, the next run does. Gives the milliseconds after which there will be something to
   * do again, or `null` when nobody knows before it is woken.
   */
  run(signal: AbortSignal): Promise<number | null>;
  log: (line: string) => void;
}

/** After a run that failed the next one waits so long, and then longer. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** A timer of more than 2^31 ms would go off at once. */
const LONGEST_TIMER_MS = 24 * 60 * 60_000;

/**
 * Does something beside the calls: when it is woken, and when its last run said.
 *
 * One run at a time. Whoever wakes it while it runs makes it run once more afterwards, so
 * that nothing which was there before a wake-up is overlooked.
 */
export class BackgroundTask {
  readonly #deps: BackgroundTaskDeps;
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;
  #isWoken = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(deps: BackgroundTaskDeps) {
    this.#deps = deps;
  }

  /** Has it run, now or after the run that is under way. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    this.#isWoken = true;
    this.#running ??= this.#runAll();
  }

  /** Whether a run is under way. */
  get isBusy(): boolean {
    return this.#running !== null;
  }

  /** Resolves when nothing runs any more that was woken until now. Never rejects. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ends the run that is under way, and begins no other. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#clearTimer();
    await this.#running;
  }

  async #runAll(): Promise<void> {
    this.#clearTimer();
    // Nothing runs in the turn of whoever wakes it.
    await Promise.resolve();
    let againMs: number | null = null;
    while (this.#isWoken && !this.#closing.signal.aborted) {
      this.#isWoken = false;
      againMs = await this.#runOnce();
    }
    // In the same turn: whoever wakes it from now on has it begin anew.
    this.#running = null;
    if (againMs === null || this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => this.wake(), Math.min(againMs, LONGEST_TIMER_MS));
  }

  async #runOnce(): Promise<number | null> {
    try {
      const againMs = await this.#deps.run(this.#closing.signal);
      this.#pauseMs = FIRST_PAUSE_MS;
      return againMs;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#deps.log(`Cannot ${this.#deps.doing}: ${error}`);
      const pauseMs = this.#pauseMs;
      this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      return pauseMs;
    }
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
