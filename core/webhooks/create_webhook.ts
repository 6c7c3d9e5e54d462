import type { Actor } from "../audit/actor.ts";
import { newWebhookId } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import { findWorkspaceIds } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { DEFAULT_ERROR_RULE } from "./error_rule.ts";
import { newWebhookSecret, sealWebhookSecret } from "./seal_webhook_secret.ts";
import type { CreatedWebhook, WebhookInput } from "./webhook.ts";
import type { WebhookStore } from "./webhook_store.ts";
import { type ViewDeps, viewWebhook } from "./view_webhook.ts";

/** What changes of webhooks need. */
export interface WebhookDeps extends ViewDeps {
  webhooks: WebhookStore;
  workspaces: WorkspaceStore;
  addresses: AddressRules;
  keyring: Keyring;
}

/**
 * Has alerts sent to an address that the rules allow. Its secret is in this answer and
 * nowhere else.
 *
 * Throws `invalid_input` for the URL, `not_found` for a workspace, `conflict` for a name that
 * is taken, and `limit_reached`.
 */
export async function createWebhook(
  deps: WebhookDeps,
  by: Actor,
  input: WebhookInput,
): Promise<CreatedWebhook> {
  const url = await allowedUrl(deps, input.url);
  const workspaceIds = await findWorkspaceIds(deps, input.workspaces);

  const [id, secretVersion, secret] = [newWebhookId(), 1, newWebhookSecret()];
  const at = deps.now().toISOString();
  const webhook = await deps.webhooks.add(by, {
    id,
    name: input.name,
    url,
    kinds: input.kinds ?? null,
    workspaceIds: workspaceIds ?? null,
    errorRule: { ...DEFAULT_ERROR_RULE, ...input.errorRule },
    disabled: null,
    secretVersion,
    sealed: await sealWebhookSecret(deps.keyring, { webhookId: id, secretVersion }, secret),
    createdAt: at,
    updatedAt: at,
  });
  return { ...await viewWebhook(deps, webhook), secret };
}

/** The URL that a webhook may have, as it is stored. Throws `invalid_input`. */
export async function allowedUrl(
  { addresses }: { addresses: AddressRules },
  text: string,
): Promise<string> {
  const url = addresses.parse(text);
  await addresses.check(url);
  return url.href;
}
