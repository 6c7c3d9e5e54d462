import type { Actor } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { refusal } from "../errors.ts";
import { DeliveryId, type WebhookId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { keys, prefixes } from "../kv/keys.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { getAll, parseEntry } from "../kv/records.ts";
import { begunAgain, Delivery, DeliveryState, LONGEST_PAUSE_MS } from "./delivery.ts";
import type { Webhook } from "./webhook.ts";

/** The most deliveries that wait for one webhook. */
export const MAX_PENDING = 10_000;

/** Added to a counter, it takes one off. */
const MINUS_ONE = 2n ** 64n - 1n;

/** Deliveries whose keys fit into one commit. */
const PER_COMMIT = 200;

/** How many deliveries that were given up are counted. */
const MAX_COUNTED = 100;

/** Which deliveries are listed: of these webhooks, in these states. */
export interface DeliveryFilter {
  webhookIds: readonly WebhookId[];
  states?: readonly DeliveryState[];
}

/** Keeps alerts on their way to webhooks, and what became of them. */
export class DeliveryStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { audit, now }: { audit: AuditStore; now: () => Date }) {
    this.#kv = kv;
    this.#audit = audit;
    this.#now = now;
  }

  /** The delivery of this id, or `null`. */
  async get(id: string): Promise<Delivery | null> {
    const { success, data } = DeliveryId.safeParse(id);
    if (!success) return null;
    return this.#kept(await this.#kv.get(keys.webhookDelivery(data)));
  }

  /** Deliveries, newest first. */
  async list(
    { webhookIds, states = DeliveryState.options }: DeliveryFilter,
    { limit, cursor }: PageQuery,
  ): Promise<Page<Delivery>> {
    const lists = webhookIds.flatMap((webhookId) => states.map((state) => ({ webhookId, state })));
    const found = await Promise.all(lists.map(({ webhookId, state }) => {
      const prefix = prefixes.webhookDeliveriesIn(webhookId, state);
      const end = cursor === null ? {} : { end: keys.webhookDeliveryIn(webhookId, state, cursor) };
      return this.#idsUnder({ prefix, ...end }, { reverse: true, limit: limit + 1 });
    }));
    const ids = found.flat().sort().reverse();
    const shown = ids.slice(0, limit);
    const entries = await getAll(this.#kv, shown.map(keys.webhookDelivery));
    return {
      items: entries.map((entry) => this.#kept(entry)).filter((one) => one !== null),
      nextCursor: ids.length > limit ? shown[limit - 1] : null,
    };
  }

  /** How many deliveries of a webhook are pending. */
  async pending(webhookId: WebhookId): Promise<number> {
    const { value } = await this.#kv.get<Deno.KvU64>(keys.webhookPending(webhookId));
    return Number(value?.value ?? 0n);
  }

  /** How many were given up; at most 100 are counted. */
  async countDead(webhookId: WebhookId): Promise<number> {
    return (await this.#firstIn(webhookId, "dead", MAX_COUNTED)).length;
  }

  /** The pending deliveries of a webhook that wait the longest. */
  oldestPending(webhookId: WebhookId, limit: number): Promise<DeliveryId[]> {
    return this.#firstIn(webhookId, "pending", limit);
  }

  /**
   * Deliveries of a webhook that are due now, and when the first is that is not. One that is
   * further away than any pause was put off by a clock that was wrong, and is due.
   */
  async due(
    webhookId: WebhookId,
    limit: number,
  ): Promise<{ ids: DeliveryId[]; nextAt: string | null }> {
    const nowMs = this.#now().getTime();
    const now = new Date(nowMs).toISOString();
    const latest = new Date(nowMs + LONGEST_PAUSE_MS).toISOString();
    const prefix = prefixes.webhookDue(webhookId);
    const wrong = await this.#idsUnder({ prefix, start: [...prefix, latest] }, { limit });
    const ids: DeliveryId[] = [];
    for await (const { key } of this.#kv.list({ prefix }, { limit: limit + 1 })) {
      const [dueAt, id] = [String(key[2]), DeliveryId.parse(key[3])];
      if (dueAt >= latest) break;
      if (ids.length === limit || dueAt > now) return { ids: [...wrong, ...ids], nextAt: dueAt };
      ids.push(id);
    }
    return { ids: [...wrong, ...ids], nextAt: null };
  }

  /**
   * Stores what `change` makes of a delivery that is pending, and gives it; `null` when it is
   * not pending any more, and when `change` gives that.
   */
  change(
    id: DeliveryId,
    change: (delivery: Delivery) => Delivery | null,
  ): Promise<Delivery | null> {
    return commitWithRetry(`change delivery "${id}"`, async () => {
      const entry = await this.#kv.get(keys.webhookDelivery(id));
      const delivery = this.#kept(entry);
      const result = delivery?.state === "pending" ? change(delivery) : null;
      if (delivery === null || result === null) return { atomic: null, result: null };
      const atomic = this.#kv.atomic().check(entry);
      return { atomic: moveDelivery(atomic, delivery, result, this.#now()), result };
    });
  }

  /**
   * Has a delivery made again that was given up or made; `null` when it is gone, and the
   * delivery as it is when it is pending. Throws `limit_reached` when 10,000 are.
   */
  async resend(by: Actor, id: DeliveryId, webhook: Webhook): Promise<Delivery | null> {
    const count = await this.pending(webhook.id);
    if (count >= MAX_PENDING) throw tooMany(webhook);
    return await this.#audit.commit(by, `send delivery "${id}" again`, async () => {
      const again = await this.#prepareAgain(id);
      if (again.atomic === null) return again;
      const subject = { webhook: webhook.name, webhookId: webhook.id, delivery: id };
      return { ...again, entry: { action: "webhook.resend", subject } };
    });
  }

  /**
   * Has deliveries made again that were given up, at most `limit`; gives how many, and
   * whether there are more. Throws `limit_reached` when 10,000 wait already.
   */
  async resendDead(
    by: Actor,
    webhook: Webhook,
    limit: number,
  ): Promise<{ resent: number; hasMore: boolean }> {
    const room = MAX_PENDING - await this.pending(webhook.id);
    if (room <= 0) throw tooMany(webhook);
    const ids = await this.#firstIn(webhook.id, "dead", Math.min(limit, room) + 1);
    const chosen = ids.slice(0, Math.min(limit, room));
    if (chosen.length === 0) return { resent: 0, hasMore: false };

    // Each is a commit of its own, after the entry that says what was asked for.
    await this.#audit.commit(by, `send again for webhook "${webhook.id}"`, () => {
      const subject = { webhook: webhook.name, webhookId: webhook.id, delivery: "all dead" };
      const changes = { count: { before: null, after: chosen.length } };
      const entry = { action: "webhook.resend", subject, changes };
      return Promise.resolve({ atomic: this.#kv.atomic(), result: null, entry });
    });
    let resent = 0;
    for (const id of chosen) {
      const again = await commitWithRetry(`send "${id}" again`, () => this.#prepareAgain(id));
      if (again !== null) resent++;
    }
    return { resent, hasMore: ids.length > chosen.length };
  }

  /** Clears away the deliveries of webhooks that were removed. */
  async clearRemoved(): Promise<void> {
    for await (const { key } of this.#kv.list({ prefix: prefixes.webhooksRemoved })) {
      await this.#clear(key[1] as WebhookId);
    }
  }

  async #clear(webhookId: WebhookId): Promise<void> {
    // Whoever moves a delivery checks it: once all are gone nothing leads to one anew.
    const lists = [prefixes.webhookDeliveriesIn(webhookId), prefixes.webhookDue(webhookId)];
    for (const prefix of lists) {
      for (;;) {
        const found = await Array.fromAsync(this.#kv.list({ prefix }, { limit: PER_COMMIT }));
        if (found.length === 0) break;
        await commitWithRetry(`clear the deliveries of "${webhookId}"`, () => {
          const atomic = this.#kv.atomic();
          for (const { key } of found) {
            atomic.delete(key).delete(keys.webhookDelivery(DeliveryId.parse(key[3])));
          }
          return Promise.resolve({ atomic, result: null });
        });
      }
    }
    await commitWithRetry(`forget webhook "${webhookId}"`, () => {
      const atomic = this.#kv.atomic()
        .delete(keys.webhookPending(webhookId))
        .delete(keys.webhookRemoved(webhookId));
      return Promise.resolve({ atomic, result: null });
    });
  }

  async #prepareAgain(id: DeliveryId) {
    const entry = await this.#kv.get(keys.webhookDelivery(id));
    const delivery = this.#kept(entry);
    if (delivery === null || delivery.state === "pending") {
      return { atomic: null, result: delivery };
    }
    const result = begunAgain(delivery, this.#now());
    // Whoever sends watches this, and looks what is due.
    const atomic = this.#kv.atomic().check(entry).sum(keys.webhookEpoch, 1n);
    return { atomic: moveDelivery(atomic, delivery, result, this.#now()), result };
  }

  #firstIn(webhookId: WebhookId, state: DeliveryState, limit: number): Promise<DeliveryId[]> {
    return this.#idsUnder({ prefix: prefixes.webhookDeliveriesIn(webhookId, state) }, { limit });
  }

  async #idsUnder(
    selector: Deno.KvListSelector,
    options: Deno.KvListOptions,
  ): Promise<DeliveryId[]> {
    const entries = this.#kv.list(selector, options);
    return await Array.fromAsync(entries, ({ key }) => DeliveryId.parse(key.at(-1)));
  }

  #kept(entry: Deno.KvEntryMaybe<unknown>): Delivery | null {
    const delivery = parseEntry(Delivery, entry);
    const isOver = delivery?.keptUntil !== null && delivery !== null &&
      Date.parse(delivery.keptUntil) <= this.#now().getTime();
    return isOver ? null : delivery;
  }
}

/** Adds to a commit that a delivery is stored, with what leads to it. */
export function putDelivery(
  atomic: Deno.AtomicOperation,
  delivery: Delivery,
  now: Date,
): Deno.AtomicOperation {
  const { id, webhookId, state, dueAt, keptUntil } = delivery;
  const expireIn = keptUntil === null ? undefined : Date.parse(keptUntil) - now.getTime();
  atomic.set(keys.webhookDelivery(id), delivery, { expireIn })
    .set(keys.webhookDeliveryIn(webhookId, state, id), id, { expireIn });
  if (dueAt !== null) atomic.set(keys.webhookDue(webhookId, dueAt, id), id);
  if (state === "pending") atomic.sum(keys.webhookPending(webhookId), 1n);
  return atomic;
}

/** Adds to a commit that a delivery is stored as it is now, in place of what it was. */
function moveDelivery(
  atomic: Deno.AtomicOperation,
  before: Delivery,
  after: Delivery,
  now: Date,
): Deno.AtomicOperation {
  const { id, webhookId, state, dueAt } = before;
  if (dueAt !== null) atomic.delete(keys.webhookDue(webhookId, dueAt, id));
  if (state !== after.state) atomic.delete(keys.webhookDeliveryIn(webhookId, state, id));
  if (state === "pending") atomic.sum(keys.webhookPending(webhookId), MINUS_ONE);
  return putDelivery(atomic, after, now);
}

function tooMany({ name }: Webhook): Error {
  return refusal(
    "limit_reached",
    `${MAX_PENDING} deliveries wait for webhook "${name}", the most that do; repair its receiver ` +
      "first, or remove the webhook.",
  );
}
