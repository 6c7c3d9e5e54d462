import { GatewayError } from "../errors.ts";
import { commitWithRetry } from "./commit.ts";
import { keys } from "./keys.ts";
import {
  LETTER_LIFE_MS,
  type MailPack,
  MAX_LETTER_BYTES,
  PART_BYTES,
  type StoredLetter,
} from "./letter.ts";

/** What a letter takes in its pack besides its text. */
const OVERHEAD_BYTES = 100;

/** One commit may have 800 KiB. */
const PARTS_PER_COMMIT = 10;

/** How much may wait to be sent, all addresses together. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** A letter that waits for its commit. */
interface Waiting {
  body: Uint8Array<ArrayBuffer>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What an outbox needs besides the store. */
export interface OutboxOptions {
  /** Names this process among all that use the store. */
  instanceId: string;
  now: () => Date;
}

/**
 * Puts letters into the store.
 *
 * Letters to one address keep their order, and those that come during a commit
 * share the next one.
 */
export class Outbox {
  readonly #kv: Deno.Kv;
  readonly #options: OutboxOptions;
  readonly #queues = new Map<string, Waiting[]>();
  #waitingBytes = 0;
  #lastLetter = 0;

  constructor(kv: Deno.Kv, options: OutboxOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Resolves when the letter is in the store. Throws `too_large` and `too_many`. */
  async send(address: string, text: string): Promise<void> {
    const body = new TextEncoder().encode(text);
    this.#refuseTooMuch(address, body);
    const { promise, resolve, reject } = Promise.withResolvers<void>();

    this.#waitingBytes += body.length;
    const queue = this.#queues.get(address) ?? [];
    queue.push({ body, resolve, reject });
    if (!this.#queues.has(address)) {
      this.#queues.set(address, queue);
      void this.#run(address, queue);
    }

    await promise;
  }

  #refuseTooMuch(address: string, body: Uint8Array<ArrayBuffer>): void {
    if (body.length > MAX_LETTER_BYTES) {
      throw new GatewayError(
        "too_large",
        `Cannot send to "${address}": ${body.length} bytes, and ${MAX_LETTER_BYTES} is the limit`,
      );
    }
    if (this.#waitingBytes + body.length > MAX_WAITING_BYTES) {
      throw new GatewayError(
        "too_many",
        `Cannot send to "${address}": ${MAX_WAITING_BYTES} bytes wait already`,
      );
    }
  }

  async #run(address: string, queue: Waiting[]): Promise<void> {
    // Letters of the same turn of the event loop share the first commit.
    await Promise.resolve();
    while (queue.length > 0) await this.#commit(address, queue.splice(0, fitting(queue)));
    this.#queues.delete(address);
  }

  async #commit(address: string, waiting: Waiting[]): Promise<void> {
    try {
      const letters: StoredLetter[] = [];
      for (const { body } of waiting) letters.push(await this.#store(body));
      await this.#ring(address, letters);
      for (const letter of waiting) letter.resolve();
    } catch (error) {
      for (const letter of waiting) letter.reject(error);
    } finally {
      for (const { body } of waiting) this.#waitingBytes -= body.length;
    }
  }

  /** A letter that is too long lies in the store before its address hears of it. */
  async #store(body: Uint8Array<ArrayBuffer>): Promise<StoredLetter> {
    if (body.length <= PART_BYTES - OVERHEAD_BYTES) return { body };

    const id = `${this.#options.instanceId}.${++this.#lastLetter}`;
    const parts = Math.ceil(body.length / PART_BYTES);
    for (let first = 0; first < parts; first += PARTS_PER_COMMIT) {
      const end = Math.min(parts, first + PARTS_PER_COMMIT);
      await this.#commitParts(id, body, first, end);
    }

    return { id, parts };
  }

  async #commitParts(
    id: string,
    body: Uint8Array<ArrayBuffer>,
    first: number,
    end: number,
  ): Promise<void> {
    await commitWithRetry("send a letter", () => {
      const atomic = this.#kv.atomic();
      for (let index = first; index < end; index++) {
        const part = body.slice(index * PART_BYTES, (index + 1) * PART_BYTES);
        // The pack that names the parts comes later, and must not outlive them.
        atomic.set(keys.mailPart(id, index), part, { expireIn: 2 * LETTER_LIFE_MS });
      }
      return Promise.resolve({ atomic, result: null });
    });
  }

  async #ring(address: string, letters: StoredLetter[]): Promise<void> {
    const expiresAt = new Date(this.#options.now().getTime() + LETTER_LIFE_MS).toISOString();
    const pack: MailPack = { expiresAt, letters };
    const life = { expireIn: LETTER_LIFE_MS };

    await commitWithRetry("send a letter", () => {
      const atomic = this.#kv.atomic()
        .set(keys.mail(address, this.#kv.commitVersionstamp()), pack, life)
        .set(keys.mailBell(address), true, life);
      return Promise.resolve({ atomic, result: null });
    });
  }
}

/** How many letters from the front of a queue fit into one value. */
function fitting(queue: readonly Waiting[]): number {
  let sizeBytes = 0;
  let count = 0;

  for (const { body } of queue) {
    const ownBytes = OVERHEAD_BYTES +
      (body.length <= PART_BYTES - OVERHEAD_BYTES ? body.length : 0);
    if (sizeBytes + ownBytes > PART_BYTES) break;
    sizeBytes += ownBytes;
    count++;
  }

  return count;
}
