import type { Actor } from "../audit/actor.ts";
import type { DisablingReason } from "./disabling.ts";
import { findServer, noServer } from "./find_server.ts";
import type { Server } from "./server.ts";
import type { ServerStore } from "./server_store.ts";

/** What disabling needs. */
interface Deps {
  servers: ServerStore;
  now: () => Date;
}

/**
 * Disables a server: once this has resolved, nobody calls it on any process, and calls
 * that run there are cut. One that is disabled already keeps its date and its reason.
 *
 * Throws `not_found`.
 */
export async function disableServer(
  deps: Deps,
  by: Actor,
  slug: string,
  reason: DisablingReason,
): Promise<Server> {
  const at = deps.now().toISOString();
  return await change(deps, by, "server.disable", slug, (server) => ({
    ...server,
    disabled: server.disabled ?? { at, reason, by: by.name },
  }));
}

/** Lets a disabled server be called again, wherever it is installed. Throws `not_found`. */
export async function enableServer(deps: Deps, by: Actor, slug: string): Promise<Server> {
  return await change(deps, by, "server.enable", slug, (server) => ({ ...server, disabled: null }));
}

async function change(
  deps: Deps,
  by: Actor,
  action: `server.${string}`,
  slug: string,
  make: (server: Server) => Server,
): Promise<Server> {
  const { id } = await findServer(deps, slug);
  const updated = await deps.servers.update(by, action, id, make);
  if (updated === null) throw noServer(slug);
  return updated;
}
