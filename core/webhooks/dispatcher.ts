import { AlertKind } from "./alert.ts";
import type { AlertQueueStore, QueueView } from "./alert_queue_store.ts";
import type { AlertSource, SourceItem } from "./alert_source.ts";
import { type Delivery, newDelivery, settled } from "./delivery.ts";
import { type DeliveryStore, MAX_PENDING } from "./delivery_store.ts";
import { ruleKey } from "./error_rule.ts";
import type { Webhook } from "./webhook.ts";

interface DispatcherDeps {
  queue: AlertQueueStore;
  deliveries: DeliveryStore;
  sources: readonly AlertSource[];
  now: () => Date;
  log: (line: string) => void;
  /** Called between the steps of its work, by their names; for tests that end it there. */
  fault?: (step: "viewed" | "read" | "committed") => void;
}

/** What one commit takes: half of what the store does, keys and all. */
const COMMIT_CHARS = 200_000;
const COMMIT_DELIVERIES = 200;
/** How many steps are made in one go, in each log. */
const STEPS_AT_ONCE = 10;
/** How many entries one step looks at, so that the place moves on where there is no alert. */
const MAX_LOOKED_AT = 500;

/**
 * Finds alerts in the logs and puts one delivery for each webhook that wants it into the
 * queue.
 *
 * The deliveries and the place up to which the log was looked through are one commit, which
 * checks that place: whatever is killed when, each alert has one delivery for each webhook.
 */
export class Dispatcher {
  readonly #deps: DispatcherDeps;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  /**
   * Looks through the logs, and says whether there may be more: what waits to be sent does not
   * wait until a long log is looked through.
   */
  async run(signal: AbortSignal): Promise<boolean> {
    let hasMore = false;
    for (const source of this.#deps.sources) {
      hasMore = await this.#lookThrough(source, signal) || hasMore;
    }
    return hasMore;
  }

  async #lookThrough(source: AlertSource, signal: AbortSignal): Promise<boolean> {
    for (let step = 0; step < STEPS_AT_ONCE; step++) {
      if (signal.aborted || !await this.#step(source)) return false;
    }
    return true;
  }

  /** Whether there may be more. */
  async #step(source: AlertSource): Promise<boolean> {
    const { queue, fault } = this.#deps;
    const view = await queue.view(source.name);
    fault?.("viewed");
    const start = startOf(source, view);
    if (start === null) return false;

    const batch = await this.#read(source, start, view);
    fault?.("read");
    if (batch === null) return false;
    await this.#makeRoom(batch.deliveries);
    const isMine = await view.commit(batch.place, batch.deliveries);
    fault?.("committed");
    return !isMine || !batch.isLast;
  }

  /** The deliveries that fit into a commit; `null` when there is nothing after the start. */
  async #read(source: AlertSource, start: string, { webhooks }: QueueView) {
    const deliveries: Delivery[] = [];
    let place: string | null = null;
    let chars = 0;
    let lookedAt = 0;

    for await (const item of source.after(start)) {
      if (lookedAt === MAX_LOOKED_AT) return { place: place ?? start, deliveries, isLast: false };
      const more = this.#deliveriesOf(source, item, webhooks);
      const moreChars = more.reduce((sum, { body }) => sum + body.length, 0);
      const isFull = deliveries.length + more.length > COMMIT_DELIVERIES ||
        chars + moreChars > COMMIT_CHARS;
      if (place !== null && isFull) return { place, deliveries, isLast: false };

      deliveries.push(...more);
      chars += moreChars;
      place = item.place;
      lookedAt++;
    }
    return place === null ? null : { place, deliveries, isLast: true };
  }

  #deliveriesOf(
    { name }: AlertSource,
    item: SourceItem,
    webhooks: readonly Webhook[],
  ): Delivery[] {
    const { found, place } = item;
    const { data: type } = AlertKind.safeParse(found?.alert.type);
    if (found === null || type === undefined) return [];
    const receivers = webhooks.filter((webhook) => {
      return place > webhook.after[name] && wants(webhook, type, item);
    });
    const body = receivers.length === 0 ? "" : JSON.stringify(found.alert);
    const now = this.#deps.now();
    return receivers.map((webhook) => newDelivery(webhook, { alertId: found.id, type, body }, now));
  }

  /** Gives up the oldest deliveries of webhooks for which too many wait. */
  async #makeRoom(fresh: readonly Delivery[]): Promise<void> {
    const { deliveries, log, now } = this.#deps;
    const counts = Map.groupBy(fresh, ({ webhookId }) => webhookId);
    for (const [webhookId, { length }] of counts) {
      const tooMany = await deliveries.pending(webhookId) + length - MAX_PENDING;
      // What comes takes the place of as many at the most, whatever the counter says.
      const over = Math.min(tooMany, length);
      if (over <= 0) continue;
      const reason = `more than ${MAX_PENDING} deliveries waited for this webhook`;
      for (const id of await deliveries.oldestPending(webhookId, over)) {
        await deliveries.change(id, (one) => settled(one, "dead", { reason, now: now() }));
      }
      log(
        `Gave up ${over} of the deliveries to webhook "${webhookId}", the oldest: more than ` +
          `${MAX_PENDING} waited.`,
      );
    }
  }
}

/** Where to go on; `null` when no webhook is there to get anything. */
function startOf({ name }: AlertSource, { webhooks, place }: QueueView): string | null {
  const begins = webhooks.filter(({ disabled }) => disabled === null)
    .map(({ after }) => after[name]).sort();
  if (begins.length === 0) return null;
  // What lies before the first webhook's beginning is nobody's.
  return place !== null && place > begins[0] ? place : begins[0];
}

function wants(
  { disabled, kinds, workspaceIds, errorRule }: Webhook,
  type: AlertKind,
  { found, rule }: SourceItem,
): boolean {
  if (disabled !== null || (kinds !== null && !kinds.includes(type))) return false;
  if (rule !== undefined && ruleKey(rule) !== ruleKey(errorRule)) return false;
  if (workspaceIds === null) return true;
  return found?.workspaceIds?.some((id) => workspaceIds.includes(id)) ?? false;
}
