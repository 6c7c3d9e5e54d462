import type { Keyring } from "../secrets/keyring.ts";
import type { Signals } from "../kv/signals.ts";
import type { ListVersionStore } from "../servers/list_version_store.ts";
import type { Connector } from "../upstream/connector.ts";
import { ListCache } from "../upstream/list_cache.ts";
import { ServerWatches } from "../upstream/server_watches.ts";
import { Attendances } from "./attendances.ts";
import { ChangeNews } from "./change_news.ts";
import { Gateway, type GatewayDeps } from "./gateway.ts";
import { HeldCalls } from "./held_calls.ts";
import { ListChanges } from "./list_changes.ts";
import { RequestStates } from "./request_state.ts";
import { TokenEnds } from "./token_ends.ts";

/** What a gateway is made of that is not made here. */
export type GatewayParts =
  & Omit<
    GatewayDeps,
    "attendances" | "held" | "listChanges" | "lists" | "requestStates" | "tokenEnds" | "watches"
  >
  & { connector: Connector; keyring: Keyring; listVersions: ListVersionStore; signals: Signals };

/** Puts the gateway together: what it remembers of lists, and what it holds for clients. */
export function createGateway(parts: GatewayParts): Gateway {
  const { authority, connector, keyring, lines, listVersions, log, mail, now, signals } = parts;
  const lists = new ListCache(connector, listVersions, now);
  const watches = new ServerWatches(
    connector,
    lists,
    (serverId, list) => void listChanges.changed(serverId, list),
  );
  const listChanges = new ListChanges({
    authority,
    signals,
    lists,
    versions: listVersions,
    watches: () => watches,
    retire: (target) => connector.retire(target),
    news: new ChangeNews(mail, log),
    log,
  });
  const tokenEnds = new TokenEnds(authority, signals);
  const requestStates = new RequestStates(keyring, now);
  lines.listen({
    onListChanged: (_owner, target, list) => listChanges.changedForSession(target.id, list),
  });

  return new Gateway({
    ...parts,
    lists,
    watches,
    listChanges,
    requestStates,
    tokenEnds,
    held: new HeldCalls({ connector, states: requestStates, mail }),
    attendances: new Attendances(connector, lines, tokenEnds),
  });
}
