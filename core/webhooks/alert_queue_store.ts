import { z } from "zod";
import { commitOnce } from "../kv/commit.ts";
import { keys } from "../kv/keys.ts";
import { parseEntry } from "../kv/records.ts";
import type { Delivery } from "./delivery.ts";
import { putDelivery } from "./delivery_store.ts";
import type { LogPlaces, Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** What a step of the dispatcher was decided on. */
export interface QueueView {
  webhooks: Webhook[];
  /** Up to where the log was looked through; `null` when it never was. */
  place: string | null;
  /** Puts deliveries into the queue and moves the place; `false` when others were first. */
  commit(place: string, deliveries: readonly Delivery[]): Promise<boolean>;
}

/** Keeps up to where the logs were looked through for alerts. */
export class AlertQueueStore {
  readonly #kv: Deno.Kv;
  readonly #webhooks: WebhookStore;
  readonly #now: () => Date;

  constructor(kv: Deno.Kv, { webhooks, now }: { webhooks: WebhookStore; now: () => Date }) {
    this.#kv = kv;
    this.#webhooks = webhooks;
    this.#now = now;
  }

  /**
   * Reads all that a step depends on.
   *
   * Its commit holds only while no webhook was changed and nobody else moved the place, so
   * that an alert gets one delivery for each webhook, and none for one that was removed.
   */
  async view(source: keyof LogPlaces): Promise<QueueView> {
    const [epoch, place] = await this.#kv.getMany([keys.webhookEpoch, keys.alertPlace(source)]);
    return {
      webhooks: await this.#webhooks.list(),
      place: parseEntry(z.string(), place),
      commit: async (next, deliveries) => {
        const atomic = this.#kv.atomic().check(epoch, place).set(place.key, next);
        for (const delivery of deliveries) putDelivery(atomic, delivery, this.#now());
        return await commitOnce(atomic);
      },
    };
  }
}
