import type { PinStore } from "../definitions/pin_store.ts";
import type { ServerStore } from "../servers/server_store.ts";

/** How many definitions of each of these servers wait for an admin, by slug. */
export async function readChangesWaiting(
  deps: { servers: ServerStore; pins: PinStore },
  slugs: readonly string[],
): Promise<Map<string, number>> {
  const found = await Promise.all(slugs.map((slug) => deps.servers.findBySlug(slug)));
  const servers = found.filter((server) => server !== null);
  const heads = await deps.pins.heads(servers.map(({ id }) => id));
  return new Map(servers.map(({ id, slug }) => [slug, heads.get(id)?.waiting ?? 0]));
}
