import { refusal } from "../errors.ts";
import type { Page, PageQuery } from "../kv/pages.ts";
import { quote } from "../quote.ts";
import type { Delivery, DeliveryState, DeliveryView } from "./delivery.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import { findWebhook } from "./find_webhook.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

interface Deps {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
}

/** A page of deliveries, newest first. Throws `not_found` for a webhook that is not there. */
export async function listDeliveries(
  deps: Deps,
  filter: { webhook?: string; state?: DeliveryState },
  page: PageQuery,
): Promise<Page<DeliveryView>> {
  const webhooks = filter.webhook === undefined
    ? await deps.webhooks.list()
    : [await findWebhook(deps, filter.webhook)];
  const states = filter.state === undefined ? undefined : [filter.state];
  const webhookIds = webhooks.map(({ id }) => id);
  const { items, nextCursor } = await deps.deliveries.list({ webhookIds, states }, page);
  const views = items.flatMap((delivery) => {
    const webhook = webhooks.find(({ id }) => id === delivery.webhookId);
    return webhook === undefined ? [] : [viewDelivery(delivery, webhook)];
  });
  return { items: views, nextCursor };
}

/** A delivery and its webhook. Throws `not_found`. */
export async function findDelivery(
  { webhooks, deliveries }: Deps,
  id: string,
): Promise<{ delivery: Delivery; webhook: Webhook }> {
  const delivery = await deliveries.get(id);
  const webhook = delivery === null ? null : await webhooks.get(delivery.webhookId);
  if (delivery === null || webhook === null) throw noDelivery(id);
  return { delivery, webhook };
}

/** A delivery as the API shows it. */
export function viewDelivery(
  { body, webhookId: _, keptUntil: __, ...delivery }: Delivery,
  { id, name }: Webhook,
): DeliveryView {
  return { ...delivery, webhook: { id, name }, payload: JSON.parse(body) };
}

/** What is said when a delivery is not there, or not any more. */
export function noDelivery(id: string): Error {
  return refusal(
    "not_found",
    `There is no delivery ${quote(id)}; those that were made are kept for 7 days, those that ` +
      "were given up for 30.",
  );
}
