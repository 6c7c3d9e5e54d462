import type { Actor } from "../audit/actor.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { AddressRules } from "./address_rules.ts";
import { findServer, noServer } from "./find_server.ts";
import { forwardedNames } from "./forward_headers.ts";
import type { Server, ServerChange } from "./server.ts";
import type { ServerStore } from "./server_store.ts";
import { changeTimeouts } from "./timeouts.ts";

/**
 * Changes what was given of a server; the rest stays.
 *
 * Throws `not_found`, and `invalid_input` for a URL or a header that the rules refuse.
 */
export async function updateServer(
  deps: { servers: ServerStore; secrets: SecretStore; addresses: AddressRules; now: () => Date },
  by: Actor,
  slug: string,
  change: ServerChange,
): Promise<Server> {
  const { id } = await findServer(deps, slug);
  const externalUrl = await allowedUrl(deps.addresses, change.url);
  const secrets = change.forwardHeaders === undefined ? [] : await deps.secrets.list(id);
  const forwardHeaders = change.forwardHeaders && forwardedNames(change.forwardHeaders, secrets);

  const updated = await deps.servers.update(by, "server.update", id, (server) => ({
    ...server,
    name: change.name ?? server.name,
    externalUrl: externalUrl ?? server.externalUrl,
    protocol: change.protocol ?? server.protocol,
    timeouts: changeTimeouts(server.timeouts, change.timeouts),
    maxConcurrent: change.maxConcurrent ?? server.maxConcurrent,
    forwardHeaders: forwardHeaders ?? server.forwardHeaders,
    onLeak: change.onLeak ?? server.onLeak,
    updatedAt: deps.now().toISOString(),
  }));
  if (updated === null) throw noServer(slug);
  return updated;
}

async function allowedUrl(
  addresses: AddressRules,
  text: string | undefined,
): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const url = addresses.parse(text);
  await addresses.check(url);
  return url.href;
}
