import { GatewayError } from "../errors.ts";
import type { DeliveryId, WebhookId } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { type Delivery, isDue, pauseAfter, settled, withAttempt } from "./delivery.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import { openWebhookSecrets } from "./open_webhook_secrets.ts";
import { POST_TIMEOUT_MS, type PostDeps, type PostOutcome, postWebhook } from "./post_webhook.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** What the deliverer needs. */
export interface DelivererDeps extends PostDeps {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  keyring: Keyring;
  log: (line: string) => void;
  /** From 0 to 1; spreads attempts that failed together. */
  random: () => number;
  timeoutMs?: number;
  /** Called when an attempt is over, since another may begin. */
  ended: () => void;
}

/** How many attempts one webhook has at once; a slow receiver keeps no other one waiting. */
const LANES = 4;
/** How many deliveries of a disabled webhook are given up in one go. */
const GIVEN_UP_AT_ONCE = 100;

/** Makes deliveries that are due, each webhook's beside the others'. */
export class Deliverer {
  readonly #deps: DelivererDeps;
  readonly #closing = new AbortController();
  /** What stands in the queue and is no delivery that can be read; nothing waits behind it. */
  readonly #unreadable = new Set<DeliveryId>();
  readonly #running = new Map<DeliveryId, { webhookId: WebhookId; done: Promise<void> }>();

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  /**
   * Begins what is due and has room, and gives when there will be something to do again,
   * `null` when nobody knows.
   */
  async begin(webhooks: readonly Webhook[]): Promise<Date | null> {
    let first: string | null = null;
    for (const webhook of webhooks) {
      const nextAt = webhook.disabled === null
        ? await this.#beginOf(webhook)
        : await this.#giveUp(webhook);
      if (nextAt !== null && (first === null || nextAt < first)) first = nextAt;
    }
    return first === null ? null : new Date(first);
  }

  /** Whether an attempt runs. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when no attempt runs any more that runs now. */
  async settled(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Ends what runs; it is made again by whoever delivers next. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.settled();
  }

  async #beginOf(webhook: Webhook): Promise<string | null> {
    const busy = [...this.#running.values()].filter(({ webhookId }) => webhookId === webhook.id);
    if (busy.length >= LANES) return null;
    const most = LANES + busy.length + this.#unreadable.size;
    const { ids, nextAt } = await this.#deps.deliveries.due(webhook.id, most);
    const free = ids.filter((id) => !this.#running.has(id) && !this.#unreadable.has(id))
      .slice(0, LANES - busy.length);
    for (const id of free) this.#start(webhook, id);
    // With every lane taken, the end of an attempt says that there is room.
    return busy.length + free.length >= LANES ? null : nextAt;
  }

  #start(webhook: Webhook, id: DeliveryId): void {
    if (this.#closing.signal.aborted) return;
    const done = this.#attempt(webhook, id).then(
      () => this.#end(id, this.#deps.ended),
      // It is still due: the next run that comes by itself tries again, and no sooner.
      (error) => this.#end(id, () => this.#deps.log(`Cannot make delivery "${id}": ${error}`)),
    );
    this.#running.set(id, { webhookId: webhook.id, done });
  }

  #end(id: DeliveryId, then: () => void): void {
    this.#running.delete(id);
    then();
  }

  async #attempt(webhook: Webhook, id: DeliveryId): Promise<void> {
    const { deliveries, webhooks, now } = this.#deps;
    const delivery = await this.#read(id);
    if (delivery?.state !== "pending") return;
    // The list of what is due may have been read before another attempt put this one off.
    if (!isDue(delivery, now())) return;

    const { signal } = this.#closing;
    const outcome = await postWebhook(this.#deps, {
      url: webhook.url,
      id: delivery.alertId,
      body: delivery.body,
      secrets: await openWebhookSecrets(this.#deps, webhook),
      signal,
      timeoutMs: this.#deps.timeoutMs ?? POST_TIMEOUT_MS,
    });
    // What we cut off ourselves says nothing about the receiver.
    if (signal.aborted && outcome.attempt.status === null) return;
    if (outcome.attempt.status === 410) await webhooks.end(webhook, now());
    await deliveries.change(id, (one) => this.#after(one, outcome));
  }

  /** A delivery that is due; `null` when it is gone, or was damaged. */
  async #read(id: DeliveryId): Promise<Delivery | null> {
    try {
      const delivery = await this.#deps.deliveries.get(id);
      if (delivery === null) this.#unreadable.add(id);
      return delivery;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#unreadable.add(id);
      this.#deps.log(`Delivery "${id}" is not made: ${error.message}`);
      return null;
    }
  }

  #after(delivery: Delivery, { attempt, retryAfterMs }: PostOutcome): Delivery {
    const { now, random } = this.#deps;
    const tried = withAttempt(delivery, attempt);
    const { error, status } = attempt;
    if (error === null) return settled(tried, "delivered", { reason: null, now: now() });
    if (status === 410) return settled(tried, "dead", { reason: error, now: now() });

    const pauseMs = pauseAfter(tried.tries, random(), retryAfterMs);
    if (pauseMs === null) {
      const reason = `${tried.tries} attempts failed; the last: ${error}`;
      return settled(tried, "dead", { reason, now: now() });
    }
    return { ...tried, dueAt: new Date(now().getTime() + pauseMs).toISOString() };
  }

  /** What waits for a webhook that was disabled is given up, where one sees it. */
  async #giveUp(webhook: Webhook): Promise<string | null> {
    const { deliveries, now } = this.#deps;
    const ids = await deliveries.oldestPending(webhook.id, GIVEN_UP_AT_ONCE);
    for (const id of ids) {
      const reason = "the webhook was disabled";
      await deliveries.change(id, (one) => settled(one, "dead", { reason, now: now() }));
    }
    return ids.length === GIVEN_UP_AT_ONCE ? now().toISOString() : null;
  }
}
