import { MailReceiver } from "./mail_receiver.ts";
import type { Store } from "./open_store.ts";
import { Outbox } from "./outbox.ts";
import type { Signals } from "./signals.ts";

/** What mailboxes need besides the store. */
export interface MailboxesOptions {
  /** Names this process among all that use the store. */
  instanceId: string;
  now: () => Date;
  log?: (message: string) => void;
}

/** Receives letters until it is disposed. */
export interface Receiver extends Disposable {
  /** Resolves when every letter that is sent from now on will be received. */
  readonly ready: Promise<void>;
}

/**
 * Letters between processes that share nothing but the store.
 *
 * A letter that nobody receives within 60 seconds is gone. One that was sent is
 * received in the order of sending and once, as long as its receiver lives.
 */
export class Mailboxes {
  readonly #store: Store;
  readonly #signals: Signals;
  readonly #options: Required<MailboxesOptions>;
  readonly #outbox: Outbox;
  readonly #receivers = new Map<string, Set<MailReceiver>>();
  readonly #stopping = new Set<Promise<void>>();

  constructor(store: Store, signals: Signals, options: MailboxesOptions) {
    this.#store = store;
    this.#signals = signals;
    this.#options = { log: () => {}, ...options };
    this.#outbox = new Outbox(store.kv, options);
  }

  /**
   * Sends a text of at most 16 MiB; resolves when it cannot be lost any more.
   *
   * Throws `too_large`, and `too_many` when 64 MiB wait to be sent.
   */
  async send(address: string, body: string): Promise<void> {
    await this.#outbox.send(address, body);
    for (const receiver of this.#receivers.get(address) ?? []) receiver.wake();
  }

  /**
   * Receives the letters that are sent to an address once the receiver is `ready`.
   *
   * An address has one receiver, which deletes what it has read. With `shared` it
   * may have any number in any process: each gets every letter, and nobody deletes.
   */
  receive(
    address: string,
    onLetter: (body: string) => void,
    { shared = false }: { shared?: boolean } = {},
  ): Receiver {
    const { now, log } = this.#options;
    const receiver = new MailReceiver({
      kv: this.#store.kv,
      signals: this.#signals,
      now,
      log,
      address,
      shared,
      onLetter,
    });

    const receivers = this.#receivers.get(address) ?? new Set();
    this.#receivers.set(address, receivers.add(receiver));
    return { ready: receiver.ready, [Symbol.dispose]: () => this.#end(address, receiver) };
  }

  /** Ends every receiver; resolves when nothing is being read any more. */
  async close(): Promise<void> {
    for (const [address, receivers] of [...this.#receivers]) {
      for (const receiver of [...receivers]) this.#end(address, receiver);
    }
    await Promise.all(this.#stopping);
  }

  #end(address: string, receiver: MailReceiver): void {
    const receivers = this.#receivers.get(address);
    if (receivers === undefined || !receivers.delete(receiver)) return;
    if (receivers.size === 0) this.#receivers.delete(address);

    const stopped = receiver.stop();
    this.#stopping.add(stopped);
    void stopped.finally(() => this.#stopping.delete(stopped));
  }
}
