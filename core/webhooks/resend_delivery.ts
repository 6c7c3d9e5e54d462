import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { DeliveryView, ResendReport } from "./delivery.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import { findWebhook } from "./find_webhook.ts";
import { findDelivery, noDelivery, viewDelivery } from "./view_delivery.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** How many deliveries one request has made again. */
const MAX_RESENT = 500;

interface Deps {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
}

/**
 * Has one delivery made again, from its first attempt on, under the id that it had.
 *
 * Throws `not_found`, `conflict` while the webhook is disabled, and `limit_reached` when too many
 * wait.
 */
export async function resendDelivery(deps: Deps, by: Actor, id: string): Promise<DeliveryView> {
  const { delivery, webhook } = await findDelivery(deps, id);
  refuseDisabled(webhook);
  const resent = await deps.deliveries.resend(by, delivery.id, webhook);
  if (resent === null) throw noDelivery(id);
  return viewDelivery(resent, webhook);
}

/** Has deliveries of a webhook made again that were given up, at most 500; throws alike. */
export async function resendDead(deps: Deps, by: Actor, idOrName: string): Promise<ResendReport> {
  const webhook = await findWebhook(deps, idOrName);
  refuseDisabled(webhook);
  return await deps.deliveries.resendDead(by, webhook, MAX_RESENT);
}

function refuseDisabled({ name, disabled }: Webhook): void {
  if (disabled === null) return;
  throw refusal(
    "conflict",
    `The webhook ${quote(name)} is disabled, so that nothing is sent to it; enable it first.`,
  );
}
