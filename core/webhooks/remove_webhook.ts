import type { Actor } from "../audit/actor.ts";
import { findWebhook, noWebhook } from "./find_webhook.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** Removes a webhook with all its deliveries, also those that wait. Throws `not_found`. */
export async function removeWebhook(
  deps: { webhooks: WebhookStore; deliveries: DeliveryStore },
  by: Actor,
  idOrName: string,
): Promise<void> {
  const { id } = await findWebhook(deps, idOrName);
  if (!await deps.webhooks.remove(by, id)) throw noWebhook(idOrName);
  await deps.deliveries.clearRemoved();
}
