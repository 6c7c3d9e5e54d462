import { newServerId } from "../ids.ts";
import type { AddressRules } from "./address_rules.ts";
import { DEFAULT_TIMEOUT_SECONDS, type Server, type ServerInput } from "./server.ts";
import type { ServerStore } from "./server_store.ts";

/**
 * Registers an upstream server at an address that the rules allow.
 *
 * Throws `invalid_input` for the URL, `slug_taken` and `limit_reached`.
 */
export async function registerServer(
  deps: { servers: ServerStore; addresses: AddressRules; now: () => Date },
  input: ServerInput,
): Promise<Server> {
  const url = deps.addresses.parse(input.url);
  await deps.addresses.check(url);

  const at = deps.now().toISOString();
  const server: Server = {
    id: newServerId(),
    slug: input.slug,
    name: input.name,
    externalUrl: url.href,
    timeoutSeconds: input.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    createdAt: at,
    updatedAt: at,
  };
  await deps.servers.add(server);
  return server;
}
