import { asGatewayError, GatewayError } from "../errors.ts";
import { addressKey } from "./client_address.ts";

/** What one address cost lately by bearers that opened nothing. */
interface Cost {
  minute: number;
  failures: number;
  /** Look-ups at once, each of which may fail. */
  running: number;
  /** Look-ups of this address that wait, or are under way, one after the other. */
  queued: number;
  last: Promise<unknown>;
}

/** How many look-ups of one address may fail in a minute before the next ones queue. */
export const MAX_FAILURES = 60;

/** How many look-ups of one such address may wait. */
export const MAX_QUEUED = 200;

/** How many addresses, and how many good bearers, one process remembers. */
const MAX_ADDRESSES = 10_000;
const MAX_GOOD = 20_000;

const MINUTE_MS = 60_000;

/**
 * Limits what an address can cost by bearers that open nothing; it locks nobody out.
 *
 * A bearer that has not opened anything here yet costs a look at the store. An address with
 * many that failed has its further ones looked up one after the other. A bearer that was
 * good the last time passes at once, wherever it comes from.
 */
export class LookUpCosts {
  readonly #now: () => Date;
  readonly #costs = new Map<string, Cost>();
  readonly #good = new Set<string>();
  /** The first look-ups of bearers that are not known yet, while they are under way. */
  readonly #first = new Map<string, Promise<unknown>>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Looks a bearer up, at once or in its turn. `id` stands for what it would open, and is
   * no secret. What opens nothing is `null`, or `unauthorized` thrown.
   *
   * Throws `too_many` when too many of this address wait already.
   */
  async run<T>(address: string | null, id: string, lookUp: () => Promise<T>): Promise<T> {
    // Many calls may begin with the same new bearer: the first one tells what it is worth.
    const first = this.#good.has(id) ? undefined : this.#first.get(id);
    if (first !== undefined) await first.catch(() => {});
    if (this.#good.has(id)) return await this.#judged(address, id, lookUp);

    const judged = this.#inTurn(address, id, lookUp);
    if (this.#first.has(id)) return await judged;
    this.#first.set(id, judged);
    return await judged.finally(() => this.#first.delete(id));
  }

  async #inTurn<T>(address: string | null, id: string, lookUp: () => Promise<T>): Promise<T> {
    const cost = this.#costOf(address);
    if (cost.failures + cost.running < MAX_FAILURES && cost.queued === 0) {
      cost.running++;
      return await this.#judged(address, id, lookUp).finally(() => cost.running--);
    }
    if (cost.queued >= MAX_QUEUED) throw isFull(address);

    cost.queued++;
    const turn = cost.last.then(() => this.#judged(address, id, lookUp));
    cost.last = turn.catch(() => {}).finally(() => cost.queued--);
    return await turn;
  }

  async #judged<T>(address: string | null, id: string, lookUp: () => Promise<T>): Promise<T> {
    try {
      const found = await lookUp();
      if (found === null) this.#failed(address, id);
      else this.#succeeded(id);
      return found;
    } catch (error) {
      if (asGatewayError(error).code === "unauthorized") this.#failed(address, id);
      throw error;
    }
  }

  #succeeded(id: string): void {
    if (this.#good.has(id)) return;
    const [oldest] = this.#good;
    if (this.#good.size >= MAX_GOOD && oldest !== undefined) this.#good.delete(oldest);
    this.#good.add(id);
  }

  #failed(address: string | null, id: string): void {
    this.#good.delete(id);
    this.#costOf(address).failures++;
  }

  /** The one that was used last is forgotten last. */
  #costOf(address: string | null): Cost {
    const key = addressKey(address);
    const minute = Math.floor(this.#now().getTime() / MINUTE_MS);
    const cost = this.#costs.get(key) ??
      { minute, failures: 0, running: 0, queued: 0, last: Promise.resolve() };
    if (cost.minute !== minute) Object.assign(cost, { minute, failures: 0 });

    this.#costs.delete(key);
    const oldest = this.#costs.keys().next();
    if (this.#costs.size >= MAX_ADDRESSES && !oldest.done) this.#costs.delete(oldest.value);
    this.#costs.set(key, cost);
    return cost;
  }
}

function isFull(address: string | null): GatewayError {
  const sentence = `More than ${MAX_FAILURES} bearers from this address opened nothing within a ` +
    `minute, and ${MAX_QUEUED} more wait to be looked up; try again.`;
  return new GatewayError("too_many", `${addressKey(address)}: ${sentence}`, {
    publicMessage: sentence,
  });
}
