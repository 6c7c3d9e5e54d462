import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** The webhook of this id or name. Throws `not_found`. */
export async function findWebhook(
  { webhooks }: { webhooks: WebhookStore },
  idOrName: string,
): Promise<Webhook> {
  const all = await webhooks.list();
  const found = all.find(({ id }) => id === idOrName) ??
    all.find(({ name }) => name === idOrName);
  if (found === undefined) throw noWebhook(idOrName);
  return found;
}

/** What is said when a webhook is not there, or not any more. */
export function noWebhook(idOrName: string): Error {
  return refusal(
    "not_found",
    `There is no webhook ${quote(idOrName)}; list the webhooks to see which there are.`,
  );
}
