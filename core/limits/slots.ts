import { LEASE_MS, type SlotStore } from "./slot_store.ts";

/** The places of one limit, as this process has them. */
interface Pool {
  scope: string;
  limit: number;
  held: number;
  untilMs: number;
  running: number;
  /** The most that ran at once since the last look at what lies idle. */
  peak: number;
  /** Those who wait for a place, first come, first served. */
  waiting: Set<() => void>;
  /** Changes of what is held, one after the other. */
  holding: Promise<void> | null;
}

/** How patient this is; tests hurry it up. */
export interface SlotOptions {
  /** How long a call waits for a place before it is refused. */
  waitMs?: number;
  /** How long a place lies idle before it goes back to the store. */
  idleMs?: number;
}

const WAIT_MS = 1_000;
const IDLE_MS = 250;

/** So many more calls than there are places may wait for one. */
const MAX_MORE_WAITING = 100;

/** A call that waits looks this often whether another process gave a place back. */
const LOOK_MS = 50;

/** The part of a limit that is taken beside what is needed at once. */
const SPARE_PART = 20;

/** Places are used no more this long before others may take them: clocks differ. */
const MARGIN_MS = 5_000;
const RENEW_MS = 10_000;

/**
 * Counts against limits on concurrent calls that all processes share.
 *
 * A process leases places, and gives back those that lie idle for a quarter of a second.
 * So never more calls run at once than the limit says, over all processes; a call that
 * finds no place waits for up to a second, so that what lies idle elsewhere is no refusal.
 */
export class Slots {
  readonly #store: Pick<SlotStore, "hold">;
  readonly #now: () => Date;
  readonly #log: (line: string) => void;
  readonly #waitMs: number;
  readonly #idleMs: number;
  readonly #pools = new Map<string, Pool>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    store: Pick<SlotStore, "hold">,
    { now, log }: { now: () => Date; log: (line: string) => void },
    { waitMs = WAIT_MS, idleMs = IDLE_MS }: SlotOptions = {},
  ) {
    this.#store = store;
    this.#now = now;
    this.#log = log;
    this.#waitMs = waitMs;
    this.#idleMs = idleMs;
  }

  /** Takes a place until it is disposed of; `null` when there is none for a second. */
  async take(scope: string, limit: number): Promise<Disposable | null> {
    const pool = this.#poolOf(scope, limit);
    if (pool.waiting.size > 0 || !this.#hasRoom(pool)) {
      if (pool.waiting.size >= limit + MAX_MORE_WAITING) return null;
      if (!await this.#wait(pool)) return null;
    } else this.#enter(pool);

    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        pool.running--;
        this.#letIn(pool);
      },
    };
  }

  /** Gives every place back that nothing runs in. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await Promise.all([...this.#pools.values()].map(async (pool) => {
      await pool.holding;
      if (pool.held > 0) await this.#hold(pool, pool.running);
    }));
    this.#pools.clear();
  }

  #poolOf(scope: string, limit: number): Pool {
    this.#timer ??= setInterval(() => this.#tick(), this.#idleMs);
    const known = this.#pools.get(scope);
    if (known !== undefined) {
      known.limit = limit;
      return known;
    }

    const fresh = {
      scope,
      limit,
      held: 0,
      untilMs: 0,
      running: 0,
      peak: 0,
      waiting: new Set<() => void>(),
      holding: null,
    };
    this.#pools.set(scope, fresh);
    return fresh;
  }

  #hasRoom({ running, held, limit, untilMs }: Pool): boolean {
    const isLeased = this.#now().getTime() < untilMs - MARGIN_MS;
    return isLeased && running < held && running < limit;
  }

  #enter(pool: Pool): void {
    pool.running++;
    pool.peak = Math.max(pool.peak, pool.running);
  }

  #letIn(pool: Pool): void {
    for (const enter of pool.waiting) {
      if (!this.#hasRoom(pool)) return;
      pool.waiting.delete(enter);
      this.#enter(pool);
      enter();
    }
  }

  /** `false` when no place came in time. */
  async #wait(pool: Pool): Promise<boolean> {
    const turn = Promise.withResolvers<boolean>();
    const enter = () => turn.resolve(true);
    pool.waiting.add(enter);
    const timer = setTimeout(() => {
      pool.waiting.delete(enter);
      turn.resolve(false);
    }, this.#waitMs);
    pool.holding ??= this.#holdForWaiting(pool);

    try {
      return await turn.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the store for places until nobody waits any more. */
  async #holdForWaiting(pool: Pool): Promise<void> {
    // All who come in the same turn of the event loop are counted in.
    await Promise.resolve();
    while (pool.waiting.size > 0) {
      const needed = pool.running + pool.waiting.size;
      await this.#hold(pool, needed + Math.floor(pool.limit / SPARE_PART));
      this.#letIn(pool);
      if (pool.waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    pool.holding = null;
  }

  async #hold(pool: Pool, wanted: number): Promise<void> {
    const { scope, limit } = pool;
    // What is given back may be another process's before the commit is back here.
    pool.held = Math.min(pool.held, wanted);
    try {
      const { slots, untilMs } = await this.#store.hold(scope, { limit, wanted });
      pool.held = slots;
      pool.untilMs = untilMs;
    } catch (error) {
      this.#log(`Cannot share out the places of "${scope}": ${error}`);
    }
  }

  /** Gives back what lies idle, and renews what is needed. */
  #tick(): void {
    for (const pool of this.#pools.values()) {
      const needed = Math.max(pool.peak, pool.running);
      pool.peak = pool.running;
      if (pool.holding !== null) continue;
      if (pool.held === 0 && needed === 0) this.#pools.delete(pool.scope);
      const isDue = this.#now().getTime() > pool.untilMs - LEASE_MS + RENEW_MS;
      if (pool.held <= needed && !(pool.held > 0 && isDue)) continue;
      pool.holding = this.#hold(pool, needed).then(() => {
        pool.holding = null;
        this.#resume(pool);
      });
    }
    if (this.#pools.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Those who came while places were given back wait for others. */
  #resume(pool: Pool): void {
    this.#letIn(pool);
    if (pool.waiting.size > 0) pool.holding ??= this.#holdForWaiting(pool);
  }
}
