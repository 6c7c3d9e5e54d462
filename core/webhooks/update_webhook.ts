import type { Actor } from "../audit/actor.ts";
import { findWorkspaceIds } from "../workspaces/find_workspace.ts";
import { allowedUrl, type WebhookDeps } from "./create_webhook.ts";
import { findWebhook, noWebhook } from "./find_webhook.ts";
import type { Webhook, WebhookChange } from "./webhook.ts";

/**
 * Changes what was given of a webhook; the rest stays.
 *
 * Throws `not_found`, also for a workspace, `invalid_input` for a URL, and `conflict` for a
 * name that is taken.
 */
export async function updateWebhook(
  deps: WebhookDeps,
  by: Actor,
  idOrName: string,
  change: WebhookChange,
): Promise<Webhook> {
  const { id } = await findWebhook(deps, idOrName);
  const url = change.url === undefined ? undefined : await allowedUrl(deps, change.url);
  const workspaceIds = await findWorkspaceIds(deps, change.workspaces);
  const at = deps.now().toISOString();

  const updated = await deps.webhooks.update(by, id, (webhook) => ({
    ...webhook,
    name: change.name ?? webhook.name,
    url: url ?? webhook.url,
    kinds: change.kinds === undefined ? webhook.kinds : change.kinds,
    workspaceIds: workspaceIds === undefined ? webhook.workspaceIds : workspaceIds,
    errorRule: { ...webhook.errorRule, ...change.errorRule },
    disabled: disabledAfter(webhook, change, at),
    updatedAt: at,
  }));
  if (updated === null) throw noWebhook(idOrName);
  return updated;
}

function disabledAfter(
  { disabled }: Webhook,
  { enabled }: WebhookChange,
  at: string,
): Webhook["disabled"] {
  if (enabled === undefined) return disabled;
  return enabled ? null : disabled ?? { at, reason: "admin" };
}
