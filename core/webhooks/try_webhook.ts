import { randomText } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { Alert } from "./alert.ts";
import { findWebhook } from "./find_webhook.ts";
import { openWebhookSecrets } from "./open_webhook_secrets.ts";
import { POST_TIMEOUT_MS, type PostDeps, postWebhook } from "./post_webhook.ts";
import type { WebhookTestReport } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * Sends a webhook's receiver one message at once, also while it is disabled. It is not tried
 * again, and stored nowhere. Throws `not_found`.
 */
export async function tryWebhook(
  deps: PostDeps & { webhooks: WebhookStore; keyring: Keyring },
  idOrName: string,
): Promise<WebhookTestReport> {
  const webhook = await findWebhook(deps, idOrName);
  const alert: Alert = {
    type: "webhook.test",
    timestamp: deps.now().toISOString(),
    data: { webhook: webhook.id, name: webhook.name },
  };
  const { attempt: { status, error, durationMs } } = await postWebhook(deps, {
    url: webhook.url,
    id: `msg_test_${randomText(20, ALPHABET)}`,
    body: JSON.stringify(alert),
    secrets: await openWebhookSecrets(deps, webhook),
    signal: new AbortController().signal,
    timeoutMs: POST_TIMEOUT_MS,
  });
  const message = error === null
    ? `The receiver took the message (HTTP ${status}).`
    : `The receiver did not take the message: ${error}`;
  return { ok: error === null, status, message, durationMs };
}
