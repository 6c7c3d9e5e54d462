import type { Actor } from "../audit/actor.ts";
import { newServerId } from "../ids.ts";
import type { AddressRules } from "./address_rules.ts";
import { forwardedNames } from "./forward_headers.ts";
import { DEFAULT_MAX_CONCURRENT, type Server, type ServerInput } from "./server.ts";
import type { ServerStore } from "./server_store.ts";
import { changeTimeouts, DEFAULT_TIMEOUTS } from "./timeouts.ts";

/**
 * Registers an upstream server at an address that the rules allow.
 *
 * Throws `invalid_input` for the URL, `slug_taken` and `limit_reached`.
 */
export async function registerServer(
  deps: { servers: ServerStore; addresses: AddressRules; now: () => Date },
  by: Actor,
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
    protocol: input.protocol ?? "auto",
    timeouts: changeTimeouts(DEFAULT_TIMEOUTS, input.timeouts),
    maxConcurrent: input.maxConcurrent ?? DEFAULT_MAX_CONCURRENT,
    forwardHeaders: forwardedNames(input.forwardHeaders ?? []),
    onLeak: input.onLeak ?? "redact",
    disabled: null,
    createdAt: at,
    updatedAt: at,
  };
  await deps.servers.add(by, server);
  return server;
}
