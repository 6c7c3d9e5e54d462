import type { Actor } from "../audit/actor.ts";
import type { WebhookDeps } from "./create_webhook.ts";
import { findWebhook, noWebhook } from "./find_webhook.ts";
import { newWebhookSecret, openWebhookSecret, sealWebhookSecret } from "./seal_webhook_secret.ts";
import type { CreatedWebhook, RotationInput, Webhook } from "./webhook.ts";
import { viewWebhook } from "./view_webhook.ts";

/**
 * Gives a webhook another secret, which is in this answer and nowhere else. For as long as it
 * is said, the one before signs, too; one that still did from an earlier time ends at once.
 *
 * Throws `not_found`.
 */
export async function rotateWebhookSecret(
  deps: WebhookDeps,
  by: Actor,
  idOrName: string,
  { overlapHours }: RotationInput,
): Promise<CreatedWebhook> {
  const { id } = await findWebhook(deps, idOrName);
  const secret = newWebhookSecret();
  const now = deps.now();
  const until = new Date(now.getTime() + overlapHours * 60 * 60 * 1000).toISOString();

  const rotated = await deps.webhooks.rotate(by, id, async (webhook) => {
    const secretVersion = webhook.secretVersion + 1;
    const sealed = await seal(deps, { ...webhook, secretVersion }, secret);
    // It may lie under a master key that is being retired.
    const old = await openWebhookSecret(deps.keyring, { ...webhook, webhookId: id });
    return {
      next: { ...webhook, secretVersion, sealed, updatedAt: now.toISOString() },
      earlier: {
        webhookId: id,
        secretVersion: webhook.secretVersion,
        sealed: await seal(deps, webhook, old.reveal()),
        until,
      },
    };
  });
  if (rotated === null) throw noWebhook(idOrName);
  return { ...await viewWebhook(deps, rotated), secret };
}

function seal({ keyring }: WebhookDeps, { id, secretVersion }: Webhook, secret: string) {
  return sealWebhookSecret(keyring, { webhookId: id, secretVersion }, secret);
}
