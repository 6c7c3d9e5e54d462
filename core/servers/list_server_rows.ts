import type { PinStore } from "../definitions/pin_store.ts";
import type { ServerId } from "../ids.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { ServerHealthStore } from "./server_health_store.ts";
import type { ServerRow } from "./server_row.ts";
import type { ServerStore } from "./server_store.ts";
import { viewHealth } from "./view_health.ts";

/**
 * All servers, by slug, with what can be read of all of them together. How often each is
 * installed is not: {@linkcode countInstalls} says it of those that are shown.
 */
export async function listServerRows(
  deps: { servers: ServerStore; health: ServerHealthStore; pins: PinStore },
): Promise<ServerRow[]> {
  const [servers, health, heads] = await Promise.all([
    deps.servers.listAll(),
    deps.health.readAll(),
    deps.pins.allHeads(),
  ]);

  return servers.map((server) => ({
    id: server.id,
    slug: server.slug,
    name: server.name,
    url: server.externalUrl,
    disabled: server.disabled,
    health: viewHealth(server, health.get(server.id) ?? { eras: null, breaker: null }),
    tools: heads.get(server.id)?.tools ?? null,
    changesWaiting: heads.get(server.id)?.waiting ?? 0,
    createdAt: server.createdAt,
  }));
}

/** In how many workspaces each of these servers is installed; one read each. */
export async function countInstalls(
  { installs }: { installs: InstallStore },
  servers: readonly { id: ServerId }[],
): Promise<Map<ServerId, number>> {
  const counts = await Promise.all(servers.map(async ({ id }) => {
    const workspaces = await installs.listByServer(id);
    return [id, workspaces.length] as const;
  }));
  return new Map(counts);
}
