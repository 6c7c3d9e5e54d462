import { z } from "zod";
import { isLocked } from "./commit.ts";

/** What a message says: whom to wake, and where to look. It is never what is counted. */
const Message = z.object({ wake: z.string(), about: z.array(z.string()) });

/** A process sends no more than one message in this time. */
const PAUSE_MS = 250;

/** How many names one message has; who is not named is woken by the next minute at the latest. */
const MAX_ABOUT = 500;

/** A store that took no message is not asked again for so long. */
const RETRY_MS = 10 * 60_000;

/** What a wake-up queue needs, and where it leads. */
export interface WakeQueueOptions {
  kv: Pick<Deno.Kv, "enqueue" | "listenQueue">;
  /** Whom the messages wake; others that use the store's queue have other names. */
  name: string;
  /** Gets what a message is about; it may come twice, late, in another order or not at all. */
  onWake: (about: readonly string[]) => void;
  log: (line: string) => void;
}

/**
 * Wakes by messages of the store's queue, where the store has one.
 *
 * A queue loses, doubles and reorders messages, so that one only says where to look. Whether
 * there is a queue shows when the first message is sent.
 */
export class WakeQueue {
  readonly #options: WakeQueueOptions;
  readonly #about = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> | null = null;
  #listening: Promise<void> | null = null;
  #hasSaid = false;
  #closed = false;

  constructor(options: WakeQueueOptions) {
    this.#options = options;
  }

  /** Sends a message soon. Nobody waits for it, and nothing depends on it. */
  send(about: Iterable<string>): void {
    if (this.#closed) return;
    this.#note(about);
    if (this.#timer === null && this.#sending === null) this.#begin();
  }

  /** Sends nothing more. The store must be closed after this, which ends the listening. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#sending;
  }

  /** Resolves when nothing is listened to any more, after the store was closed. */
  async ended(): Promise<void> {
    await this.#listening;
  }

  #note(about: Iterable<string>): void {
    for (const each of about) if (this.#about.size < MAX_ABOUT) this.#about.add(each);
  }

  #begin(): void {
    this.#sending = this.#sendNow().then((pauseMs) => {
      this.#sending = null;
      if (this.#closed) return;
      this.#timer = setTimeout(() => {
        this.#timer = null;
        if (this.#about.size > 0) this.#begin();
      }, pauseMs);
    });
  }

  async #sendNow(): Promise<number> {
    const about = [...this.#about];
    this.#about.clear();
    try {
      const message: z.infer<typeof Message> = { wake: this.#options.name, about };
      await this.#options.kv.enqueue(message, { backoffSchedule: [] });
      // A store without a queue never ends the listening, not even when it is closed.
      this.#listening ??= this.#listen();
      return PAUSE_MS;
    } catch (error) {
      this.#note(about);
      // Another process writes right now.
      if (isLocked(error)) return PAUSE_MS;
      if (!this.#closed) this.#sayOnce(error);
      return RETRY_MS;
    }
  }

  async #listen(): Promise<void> {
    try {
      await this.#options.kv.listenQueue((value) => {
        const { success, data } = Message.safeParse(value);
        if (success && data.wake === this.#options.name) this.#options.onWake(data.about);
      });
    } catch (error) {
      // The next message has it listened again.
      this.#listening = null;
      if (!this.#closed && !isLocked(error)) this.#sayOnce(error);
    }
  }

  #sayOnce(error: unknown): void {
    if (this.#hasSaid) return;
    this.#hasSaid = true;
    this.#options.log(
      `The store has no queue (${error}): calls are added up each minute, and for each report`,
    );
  }
}
