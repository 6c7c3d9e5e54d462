import { asGatewayError } from "../errors.ts";
import { itemsForCaller } from "../mcp/border.ts";
import { type ListPart, mergeLists } from "../mcp/item_lists.ts";
import type { ListKind } from "../mcp/methods.ts";
import { type JsonObject, textParam } from "../mcp/message.ts";
import { exposeItems } from "../mcp/rewrite.ts";
import type { Server } from "../servers/server.ts";
import type { ListCache } from "../upstream/list_cache.ts";
import type { ServerWatches } from "../upstream/server_watches.ts";
import { TakenBack } from "./in_flight.ts";
import type { Incoming, View } from "./incoming.ts";

/** What reading lists needs. */
export interface ListsDeps {
  lists: ListCache;
  watches: ServerWatches;
}

/**
 * What every server of a workspace offers of one kind, in one list.
 *
 * All are asked at once. One that fails costs its own deadline and is named in the
 * result's `_meta`; the others' items are there. Throws `invalid_input` for a cursor that
 * was not given out here.
 */
export async function mergedList(
  deps: ListsDeps,
  incoming: Incoming,
  view: View,
  kind: ListKind,
): Promise<JsonObject> {
  const parts = await Promise.all(
    [...view.servers.values()].map((server) => partOf(deps, incoming, server, kind)),
  );
  return mergeLists(kind, parts, { cursor: textParam(incoming.request.params, "cursor") });
}

async function partOf(
  { lists, watches }: ListsDeps,
  { access, caller, scope, signal }: Incoming,
  server: Server,
  kind: ListKind,
): Promise<ListPart> {
  const { slug } = server;
  const target = await access.snapshot.target(server).catch((error) => asGatewayError(error));
  if (target instanceof Error) return { slug, failure: target.publicMessage };

  try {
    const { items, ttlMs, cacheScope, route } = await lists.list({ target, caller, kind, signal });
    if (route === "modern") watches.reportListed(target);
    const inEra = itemsForCaller(kind, items, { callerEra: caller.era, route });
    return { slug, items: exposeItems(scope.naming, slug, kind, inEra), ttlMs, cacheScope };
  } catch (error) {
    if (error instanceof TakenBack) throw error;
    watches.reportFailure(target);
    return { slug, failure: asGatewayError(error).publicMessage };
  }
}
