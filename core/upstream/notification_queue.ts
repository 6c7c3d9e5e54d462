import type { RpcNotification } from "../mcp/message.ts";

/** How many notifications may wait for who takes them; more are left out. */
const MAX_WAITING = 1_000;

/** Hands notifications on one after the other, once it was opened. */
export class NotificationQueue {
  readonly #take: (notification: RpcNotification) => void | Promise<void>;
  readonly #opened = Promise.withResolvers<void>();
  #last: Promise<void> = this.#opened.promise;
  #waiting = 0;
  #isClosed = false;

  constructor(take: (notification: RpcNotification) => void | Promise<void>) {
    this.#take = take;
  }

  /** Adds one to the end. */
  push(notification: RpcNotification): void {
    if (this.#isClosed || this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    this.#last = this.#last.then(() => this.#hand(notification));
  }

  /** Begins to hand them on. */
  open(): void {
    this.#opened.resolve();
  }

  /** Hands on nothing more. */
  close(): void {
    this.#isClosed = true;
  }

  async #hand(notification: RpcNotification): Promise<void> {
    this.#waiting--;
    if (this.#isClosed) return;
    try {
      await this.#take(notification);
    } catch {
      // One that could not be taken holds up none of the others.
    }
  }
}
