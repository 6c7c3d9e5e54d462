import type { Keyring } from "../secrets/keyring.ts";
import type { Plaintext } from "../secrets/plaintext.ts";
import { openWebhookSecret } from "./seal_webhook_secret.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** The secrets that sign for a webhook now: its own, and for a while the one before. */
export async function openWebhookSecrets(
  deps: { webhooks: WebhookStore; keyring: Keyring; now: () => Date },
  { id, secretVersion, sealed }: Webhook,
): Promise<Plaintext[]> {
  const { keyring, webhooks, now } = deps;
  const earlier = await webhooks.earlierSecret(id, now());
  const all = [{ webhookId: id, secretVersion, sealed }, ...earlier === null ? [] : [earlier]];
  return await Promise.all(all.map((one) => openWebhookSecret(keyring, one)));
}
