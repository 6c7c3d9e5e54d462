import { GatewayError } from "../errors.ts";
import { endOfTurn } from "./end_of_turn.ts";

/** How many keys one `getMany` takes. */
const GROUP_SIZE = 10;

/** How many `getMany` of one batch run side by side. */
const MAX_PARALLEL = 8;

/** How many keys may wait for the next batch. */
const MAX_WAITING = 10_000;

/** A store that does not answer for so long costs its callers an error. */
const DEADLINE_MS = 10_000;

/** One key of a batch, and everybody who waits for it. */
interface SharedRead extends PromiseWithResolvers<Deno.KvEntryMaybe<unknown>> {
  key: readonly string[];
}

/**
 * Strongly consistent reads that callers share.
 *
 * A read serves only the calls that arrived before it began, so nobody gets a
 * value that is older than the question. While one batch is under way the next
 * one collects: the number of reads does not grow with the load.
 */
export class SharedReads {
  readonly #kv: Deno.Kv;
  readonly #deadlineMs: number;
  #collecting = new Map<string, SharedRead>();
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(kv: Deno.Kv, { deadlineMs = DEADLINE_MS } = {}) {
    this.#kv = kv;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * The entry under a key, by a read that began after this call.
   *
   * A failed read rejects for all who shared it, and only for them. Throws
   * `too_many` when 10,000 keys wait, `internal` when the store is silent for 10
   * seconds, and `shutting_down` after {@linkcode close}.
   */
  get<T = unknown>(key: readonly string[]): Promise<Deno.KvEntryMaybe<T>> {
    const id = JSON.stringify(key);
    let read = this.#collecting.get(id);

    if (read === undefined) {
      if (this.#isClosed) return Promise.reject(closed());
      if (this.#collecting.size >= MAX_WAITING) return Promise.reject(tooMany());
      read = { key, ...Promise.withResolvers<Deno.KvEntryMaybe<unknown>>() };
      this.#collecting.set(id, read);
      this.#running ??= this.#run();
    }

    // What lies under a key is the caller's knowledge, as with `Deno.Kv.get`.
    return read.promise as Promise<Deno.KvEntryMaybe<T>>;
  }

  /** The entries under several keys, in their order; see {@linkcode get}. */
  getMany<T = unknown>(keys: readonly (readonly string[])[]): Promise<Deno.KvEntryMaybe<T>[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)));
  }

  /** Takes no more; resolves when nothing is being read. Close the store after this. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#collecting.size > 0) {
      await endOfTurn();
      const batch = [...this.#collecting.values()];
      this.#collecting = new Map();
      await this.#readBatch(batch);
    }

    this.#running = null;
  }

  async #readBatch(batch: SharedRead[]): Promise<void> {
    const lane = async () => {
      while (batch.length > 0) await this.#readGroup(batch.splice(0, GROUP_SIZE));
    };
    const lanes = Math.min(MAX_PARALLEL, Math.ceil(batch.length / GROUP_SIZE));

    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #readGroup(group: SharedRead[]): Promise<void> {
    try {
      const entries = await this.#readInTime(group.map((read) => read.key));
      group.forEach((read, index) => read.resolve(entries[index]));
    } catch (error) {
      for (const read of group) read.reject(error);
    }
  }

  async #readInTime(keys: Deno.KvKey[]): Promise<Deno.KvEntryMaybe<unknown>[]> {
    const silence = Promise.withResolvers<never>();
    const timer = setTimeout(() => silence.reject(silent(this.#deadlineMs)), this.#deadlineMs);

    try {
      return await Promise.race([this.#kv.getMany<unknown[]>(keys), silence.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooMany(): GatewayError {
  return new GatewayError("too_many", `Cannot read: ${MAX_WAITING} keys wait already`);
}

function closed(): GatewayError {
  return new GatewayError("shutting_down", "Cannot read: the process is ending");
}

function silent(deadlineMs: number): GatewayError {
  return new GatewayError("internal", `Cannot read: the store was silent for ${deadlineMs} ms`);
}
