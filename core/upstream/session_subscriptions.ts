/**
 * The resources that one session with a server is subscribed to, and for how many.
 *
 * The server is told of the first who wants to hear of a resource and of the last who
 * does no longer.
 */
export class SessionSubscriptions {
  readonly #subscribe: (uri: string) => Promise<boolean>;
  readonly #unsubscribe: (uri: string) => Promise<void>;
  readonly #entries = new Map<string, { holders: number; granted: Promise<boolean> }>();

  constructor(
    subscribe: (uri: string) => Promise<boolean>,
    unsubscribe: (uri: string) => Promise<void>,
  ) {
    this.#subscribe = subscribe;
    this.#unsubscribe = unsubscribe;
  }

  /** Subscribes, unless it is so already; whether the server agreed. Never rejects. */
  async hold(uri: string): Promise<boolean> {
    const entry = this.#entries.get(uri) ??
      { holders: 0, granted: this.#subscribe(uri).catch(() => false) };
    entry.holders++;
    this.#entries.set(uri, entry);

    const isGranted = await entry.granted;
    if (!isGranted) this.#leave(uri, entry);
    return isGranted;
  }

  /** Gives up what `hold` has granted. Never rejects. */
  async release(uri: string): Promise<void> {
    const entry = this.#entries.get(uri);
    if (entry === undefined || !this.#leave(uri, entry)) return;
    await this.#unsubscribe(uri).catch(() => {});
  }

  /** Whether anybody holds it. */
  has(uri: string): boolean {
    return this.#entries.has(uri);
  }

  /** Whether it was the last one. */
  #leave(uri: string, entry: { holders: number }): boolean {
    entry.holders--;
    if (entry.holders > 0) return false;
    if (this.#entries.get(uri) === entry) this.#entries.delete(uri);
    return true;
  }
}
