import { setImmediate } from "node:timers";
import type { Store } from "../../core/kv/open_store.ts";

/** Random numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets one of several do one thing at a time, in an order that random numbers decide. */
export class Turns {
  readonly #random: () => number;
  /** How likely it is that whoever had the last turn has the next one, if they want it. */
  readonly #stickiness: number;
  readonly #waiting: { who: string; begin: (turn: Disposable) => void }[] = [];
  #last = "";
  #giving: Promise<void> | null = null;

  constructor(random: () => number) {
    this.#random = random;
    this.#stickiness = random();
  }

  /** The same store for one of them: everything that it is asked waits for a turn. */
  storeFor(who: string, store: Store): Store {
    return pacedStore(store, () => this.#take(who));
  }

  #take(who: string): Promise<Disposable> {
    return new Promise((begin) => {
      this.#waiting.push({ who, begin });
      this.#giving ??= this.#giveTurns();
    });
  }

  /** Resolves when nobody waits for a turn any more, and nothing of this is left to run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#giving;
  }

  async #giveTurns(): Promise<void> {
    // Each may go on from its last turn to its next wish first.
    while (await settled(), this.#waiting.length > 0) {
      const same = this.#waiting.findIndex(({ who }) => who === this.#last);
      const sticks = same !== -1 && this.#random() < this.#stickiness;
      const at = sticks ? same : Math.floor(this.#random() * this.#waiting.length);
      const [{ who, begin }] = this.#waiting.splice(at, 1);
      this.#last = who;
      await new Promise<void>((over) => begin({ [Symbol.dispose]: over }));
    }
    this.#giving = null;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}

/** The same store, which waits for `begin` before everything that it is asked. */
function pacedStore(store: Store, begin: () => Promise<Disposable>): Store {
  const { kv } = store;
  const paced =
    <Args extends unknown[], Result>(run: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      using _turn = await begin();
      return await run(...args);
    };

  async function* list(selector: Deno.KvListSelector, options?: Deno.KvListOptions) {
    yield* await paced(() => Array.fromAsync(kv.list(selector, options)))();
  }
  const handle = {
    get: paced((key: Deno.KvKey) => kv.get(key)),
    getMany: paced((keys: Deno.KvKey[]) => kv.getMany(keys)),
    set: paced((...args: Parameters<Deno.Kv["set"]>) => kv.set(...args)),
    delete: paced((key: Deno.KvKey) => kv.delete(key)),
    list,
    atomic() {
      const atomic = kv.atomic();
      const commit = atomic.commit.bind(atomic);
      return Object.assign(atomic, { commit: paced(() => commit()) });
    },
  };
  const inTurns = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(handle, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...store, kv: inTurns };
}
