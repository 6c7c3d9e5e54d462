import type { WorkspaceId } from "../ids.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { DeliveryStore } from "./delivery_store.ts";
import { shownUrl } from "../egress/shown_url.ts";
import type { Webhook, WebhookView } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";

/** What a webhook's view is made of. */
export interface ViewDeps {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  workspaces: { getMany(ids: readonly WorkspaceId[]): Promise<Workspace[]> };
  now: () => Date;
}

/** A webhook as the API shows it. */
export async function viewWebhook(
  { webhooks, deliveries, workspaces, now }: ViewDeps,
  webhook: Webhook,
): Promise<WebhookView> {
  const { id, name, url, kinds, workspaceIds, errorRule, disabled, secretVersion } = webhook;
  const [earlier, pending, dead, filter] = await Promise.all([
    webhooks.earlierSecret(id, now()),
    deliveries.pending(id),
    deliveries.countDead(id),
    workspaceIds === null ? null : workspaces.getMany(workspaceIds),
  ]);
  return {
    id,
    name,
    url: shownUrl(url),
    kinds,
    workspaces: filter?.map(({ slug }) => slug) ?? null,
    errorRule,
    disabled,
    secretVersion,
    earlierSecretUntil: earlier?.until ?? null,
    pending,
    dead,
    createdAt: webhook.createdAt,
    updatedAt: webhook.updatedAt,
  };
}
