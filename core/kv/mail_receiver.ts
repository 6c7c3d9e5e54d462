import { keys, prefixes } from "./keys.ts";
import { MailPack, type StoredLetter } from "./letter.ts";
import { getAll } from "./records.ts";
import type { Signals } from "./signals.ts";

/** How long the store is left alone after it failed. */
const RETRY_MS = 250;

/** How many packs are in memory at once. */
const BATCH_SIZE = 20;

/** One atomic operation may have 1,000 mutations. */
const DELETES_PER_COMMIT = 500;

/** Who receives, and what is needed for it. */
export interface MailReceiverOptions {
  kv: Deno.Kv;
  signals: Signals;
  now: () => Date;
  log: (message: string) => void;
  address: string;
  /** Whether others receive the same letters, so that nobody may delete them. */
  shared: boolean;
  onLetter: (body: string) => void;
}

/** Reads the letters of one address, in order, each once. */
export class MailReceiver {
  readonly #options: MailReceiverOptions;
  readonly #begun = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #cursor = "";
  #awake = false;
  #stopped = false;
  #wake = () => {};
  #readKeys: Deno.KvKey[] = [];
  #cleaning: Promise<void> | null = null;

  constructor(options: MailReceiverOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Resolves when every letter that is sent from now on will be received. */
  get ready(): Promise<void> {
    return this.#begun.promise;
  }

  /** Says that a letter may have come. */
  wake(): void {
    this.#awake = true;
    this.#wake();
  }

  /** Gives no more letters, at once; resolves when nothing is being read any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#ended;
    await this.#cleaning;
  }

  async #run(): Promise<void> {
    await this.#persist(() => this.#beginNow());
    this.#begun.resolve();
    if (this.#stopped) return;

    const { signals, address } = this.#options;
    using _bell = signals.watch(keys.mailBell(address), () => this.wake());
    while (!this.#stopped) {
      this.#awake = false;
      await this.#persist(() => this.#readOn());
      if (!this.#awake) await this.#pause(null);
    }
  }

  /** Does it again until the store does not fail. */
  async #persist(work: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      try {
        return await work();
      } catch (error) {
        this.#options.log(`Cannot receive letters to "${this.#options.address}": ${error}`);
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** Letters that lie there already are not for this receiver. */
  async #beginNow(): Promise<void> {
    const { kv, address } = this.#options;
    const newest = kv.list({ prefix: prefixes.mail(address) }, { reverse: true, limit: 1 });
    for await (const { key } of newest) this.#cursor = String(key.at(-1));
  }

  async #readOn(): Promise<void> {
    const { kv, address } = this.#options;
    const prefix = prefixes.mail(address);
    // A start is inclusive; this one lies just behind the last pack that was read.
    const start = keys.mail(address, `${this.#cursor}\0`);

    for await (const entry of kv.list({ prefix, start }, { batchSize: BATCH_SIZE })) {
      const letters = this.#living(entry);
      const bodies = await Promise.all(letters.map((letter) => this.#open(letter)));

      if (this.#stopped) return;
      this.#cursor = String(entry.key.at(-1));
      this.#forget(entry.key, letters);
      for (const body of bodies) this.#hand(body);
    }
  }

  /** The letters of a pack, or none when they have expired or cannot be read. */
  #living(entry: Deno.KvEntry<unknown>): StoredLetter[] {
    const { success, data } = MailPack.safeParse(entry.value);
    const isAlive = success && Date.parse(data.expiresAt) > this.#options.now().getTime();

    if (isAlive) return data.letters;
    this.#options.log(`Cannot receive letters to "${this.#options.address}": too old or malformed`);
    return [];
  }

  /** The text of a letter, or `null` when its parts are gone. */
  async #open(letter: StoredLetter): Promise<string | null> {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    if ("body" in letter) return decoder.decode(letter.body);

    const entries = await getAll(this.#options.kv, partKeys(letter));
    let text = "";
    for (const { value } of entries) {
      if (!(value instanceof Uint8Array)) return null;
      text += decoder.decode(value, { stream: true });
    }
    return text + decoder.decode();
  }

  #hand(body: string | null): void {
    const { address, log, onLetter } = this.#options;
    if (this.#stopped) return;
    if (body === null) return log(`Cannot receive a letter to "${address}": it has expired`);

    try {
      onLetter(body);
    } catch (error) {
      log(`Cannot handle a letter to "${address}": ${error}`);
    }
  }

  #forget(key: Deno.KvKey, letters: readonly StoredLetter[]): void {
    if (this.#options.shared) return;
    this.#readKeys.push(key);
    for (const letter of letters) {
      if ("id" in letter) this.#readKeys.push(...partKeys(letter));
    }
    this.#cleaning ??= this.#clean();
  }

  /** What cannot be deleted now expires anyway. */
  async #clean(): Promise<void> {
    try {
      while (this.#readKeys.length > 0) {
        const atomic = this.#options.kv.atomic();
        for (const key of this.#readKeys.splice(0, DELETES_PER_COMMIT)) atomic.delete(key);
        await atomic.commit();
      }
    } catch (error) {
      this.#options.log(`Cannot delete read letters: ${error}`);
    } finally {
      this.#cleaning = null;
    }
  }

  /** Waits to be woken, for so long at most. */
  #pause(limitMs: number | null): Promise<void> {
    if (this.#stopped) return Promise.resolve();

    return new Promise((resolve) => {
      const timer = limitMs === null ? undefined : setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function partKeys({ id, parts }: { id: string; parts: number }): Deno.KvKey[] {
  return Array.from({ length: parts }, (_, index) => keys.mailPart(id, index));
}
