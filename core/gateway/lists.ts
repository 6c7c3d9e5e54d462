import type { KnownDefinitions } from "../definitions/known_definitions.ts";
import { asGatewayError } from "../errors.ts";
import { itemsForCaller } from "../mcp/border.ts";
import { type ListPart, mergeLists } from "../mcp/item_lists.ts";
import type { ListKind } from "../mcp/methods.ts";
import { type JsonObject, textParam } from "../mcp/message.ts";
import { exposeItems } from "../mcp/rewrite.ts";
import { shownKeys } from "./admission.ts";
import { disabledError } from "../servers/disabling.ts";
import type { DisabledServer, Server } from "../servers/server.ts";
import type { ListCache } from "../upstream/list_cache.ts";
import type { ServerWatches } from "../upstream/server_watches.ts";
import { memberTarget } from "./authority.ts";
import { TakenBack } from "./in_flight.ts";
import type { Incoming, View } from "./incoming.ts";

/** What reading lists needs. */
export interface ListsDeps {
  definitions: KnownDefinitions;
  lists: ListCache;
  watches: ServerWatches;
}

/**
 * What every server of a workspace offers of one kind, in one list.
 *
 * All are asked at once. One that fails costs its own deadline and is named in the
 * result's `_meta`, as is one that is disabled; the others' items are there. Throws
 * `invalid_input` for a cursor that was not given out here.
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
  const disabled = [...view.disabled.values()].map(missing);
  return mergeLists(kind, [...parts, ...disabled], {
    cursor: textParam(incoming.request.params, "cursor"),
  });
}

function missing(server: DisabledServer): ListPart {
  return { slug: server.slug, failure: disabledError(server).publicMessage };
}

async function partOf(
  deps: ListsDeps,
  { access, caller, scope, signal }: Incoming,
  server: Server,
  kind: ListKind,
): Promise<ListPart> {
  const { lists, watches } = deps;
  const { slug } = server;
  const target = await memberTarget(access, server).catch((error) => asGatewayError(error));
  if (target instanceof Error) return { slug, failure: target.publicMessage };

  try {
    const { items, ttlMs, cacheScope, route } = await lists.list({ target, caller, kind, signal });
    if (route === "modern") watches.reportListed(target);
    const inEra = itemsForCaller(kind, items, { callerEra: caller.era, route });
    const shown = await shownKeys(deps, access, target, kind, items);
    return {
      slug,
      items: exposeItems(scope.naming, slug, kind, inEra, shown),
      ttlMs,
      // What was left out for one member is not another's.
      cacheScope: shown === null ? cacheScope : "private",
    };
  } catch (error) {
    if (error instanceof TakenBack) throw error;
    watches.reportFailure(target);
    return { slug, failure: asGatewayError(error).publicMessage };
  }
}
