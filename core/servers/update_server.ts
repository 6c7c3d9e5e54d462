import type { AddressRules } from "./address_rules.ts";
import { findServer, noServer } from "./find_server.ts";
import type { Server, ServerChange } from "./server.ts";
import type { ServerStore } from "./server_store.ts";

/**
 * Changes what was given of a server; the rest stays.
 *
 * Throws `not_found`, and `invalid_input` for a URL that the rules refuse.
 */
export async function updateServer(
  deps: { servers: ServerStore; addresses: AddressRules; now: () => Date },
  slug: string,
  change: ServerChange,
): Promise<Server> {
  const { id } = await findServer(deps, slug);
  const externalUrl = await allowedUrl(deps.addresses, change.url);

  const updated = await deps.servers.update(id, (server) => ({
    ...server,
    name: change.name ?? server.name,
    externalUrl: externalUrl ?? server.externalUrl,
    timeoutSeconds: change.timeoutSeconds ?? server.timeoutSeconds,
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
