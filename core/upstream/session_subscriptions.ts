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
  /** Those of which the server is being told that nobody wants to hear any more. */
  readonly #leaving = new Map<string, Promise<void>>();

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
      { holders: 0, granted: this.#begin(uri).catch(() => false) };
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
    const leaving = this.#unsubscribe(uri).catch(() => {});
    this.#leaving.set(uri, leaving);
    await leaving;
    if (this.#leaving.get(uri) === leaving) this.#leaving.delete(uri);
  }

  /** Whether anybody holds it. */
  has(uri: string): boolean {
    return this.#entries.has(uri);
  }

  /** Never beside the end of the one before: the server might take that for this one's. */
  async #begin(uri: string): Promise<boolean> {
    await this.#leaving.get(uri);
    return await this.#subscribe(uri);
  }

  /** Whether it was the last one. */
  #leave(uri: string, entry: { holders: number }): boolean {
    entry.holders--;
    if (entry.holders > 0) return false;
    if (this.#entries.get(uri) === entry) this.#entries.delete(uri);
    return true;
  }
}
