import { BackgroundTask } from "../background_task.ts";
import { keys } from "../kv/keys.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import type { Signals } from "../kv/signals.ts";
import type { Deliverer } from "./deliverer.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { ErrorRates } from "./error_rates.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** What alerts are found and sent with. */
export interface AlertingDeps {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  dispatcher: Dispatcher;
  deliverer: (ended: () => void) => Deliverer;
  errorRates: ErrorRates;
  leases: LeaseStore;
  signals: Pick<Signals, "watch">;
  now: () => Date;
  log: (line: string) => void;
}

const LEASE = "webhooks";

/** Who sends renews the lease so often; who does not looks so often whether it is free. */
const LOOK_AGAIN_MS = 10_000;

/** How often calls are counted for error rates. */
const COUNT_AGAIN_MS = 15_000;

/**
 * Sends alerts, on one process at a time.
 *
 * Whoever has the lease watches the logs, so that an alert of any process goes out at once.
 * Nothing is read while there are no webhooks.
 */
export class Alerting {
  readonly #deps: AlertingDeps;
  readonly #deliverer: Deliverer;
  readonly #task: BackgroundTask;
  /** By itself, since a long log must not keep alerts waiting. */
  readonly #counting: BackgroundTask;
  #countedAtMs: number | null = null;
  #watches: Disposable[] = [];
  #heldAtMs: number | null = null;

  constructor(deps: AlertingDeps) {
    this.#deps = deps;
    this.#deliverer = deps.deliverer(() => this.#task.wake());
    this.#task = new BackgroundTask({
      doing: "send alerts",
      run: (signal) => this.#run(signal),
      log: deps.log,
    });
    this.#counting = new BackgroundTask({
      doing: "look at error rates",
      run: (signal) => this.#count(signal),
      log: deps.log,
    });
  }

  /** Looks for what there is to do, soon; nobody waits for it. */
  wake(): void {
    this.#task.wake();
  }

  /** Resolves when nothing runs any more that was woken until now, attempts included. */
  async settled(): Promise<void> {
    for (;;) {
      await this.#task.settled();
      await this.#counting.settled();
      // The end of an attempt wakes the task once more.
      await this.#deliverer.settled();
      if (!this.#task.isBusy && !this.#counting.isBusy && !this.#deliverer.isBusy) return;
    }
  }

  /** Ends what runs, and lets another process go on. */
  async close(): Promise<void> {
    await Promise.all([this.#task.close(), this.#counting.close()]);
    await this.#deliverer.close();
    await this.#letGo();
  }

  async #run(signal: AbortSignal): Promise<number | null> {
    const { deliveries, dispatcher, now, webhooks } = this.#deps;
    await deliveries.clearRemoved();
    const isNeeded = (await webhooks.list()).length > 0;
    if (!isNeeded) {
      // Alarms that nobody hears would keep the next one who asks from hearing of them.
      if (this.#heldAtMs !== null) await this.#deps.errorRates.look([], signal);
      await this.#letGo();
      return null;
    }
    if (!await this.#holds()) return this.#standBy();
    this.#watch();
    this.#counting.wake();
    const hasMore = await dispatcher.run(signal);
    if (!await this.#holds()) return this.#standBy();
    await webhooks.dropSpentSecrets(now());
    const next = await this.#deliverer.begin(await webhooks.list());
    if (hasMore) this.wake();
    if (next === null) return LOOK_AGAIN_MS;
    return Math.min(Math.max(next.getTime() - now().getTime(), 0), LOOK_AGAIN_MS);
  }

  async #count(signal: AbortSignal): Promise<number | null> {
    const { errorRates, now, webhooks } = this.#deps;
    if (this.#heldAtMs === null) return null;
    const nowMs = now().getTime();
    const ageMs = this.#countedAtMs === null ? Infinity : nowMs - this.#countedAtMs;
    if (ageMs >= 0 && ageMs < COUNT_AGAIN_MS) return COUNT_AGAIN_MS - ageMs;
    await errorRates.look(await webhooks.list(), signal);
    this.#countedAtMs = nowMs;
    return COUNT_AGAIN_MS;
  }

  async #holds(): Promise<boolean> {
    const nowMs = this.#deps.now().getTime();
    const age = this.#heldAtMs === null ? Infinity : nowMs - this.#heldAtMs;
    if (age >= 0 && age < LOOK_AGAIN_MS / 2) return true;
    const isOurs = await this.#deps.leases.hold(LEASE);
    this.#heldAtMs = isOurs ? nowMs : null;
    return isOurs;
  }

  /** Another process sends; whether it still does is looked at now and then. */
  #standBy(): number {
    this.#unwatch();
    return LOOK_AGAIN_MS;
  }

  async #letGo(): Promise<void> {
    this.#unwatch();
    if (this.#heldAtMs === null) return;
    this.#heldAtMs = null;
    await this.#deps.leases.release(LEASE);
  }

  #watch(): void {
    if (this.#watches.length > 0) return;
    const watched = [keys.auditHead, keys.eventBell, keys.webhookEpoch];
    this.#watches = watched.map((key) => this.#deps.signals.watch(key, () => this.wake()));
  }

  #unwatch(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
    this.#watches = [];
  }
}
