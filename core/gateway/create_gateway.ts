import type { KnownDefinitions } from "../definitions/known_definitions.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { ListVersionStore } from "../servers/list_version_store.ts";
import type { Connector } from "../upstream/connector.ts";
import { ListCache } from "../upstream/list_cache.ts";
import { ServerWatches } from "../upstream/server_watches.ts";
import type { Observing } from "../telemetry/observing.ts";
import { Attendances } from "./attendances.ts";
import { ChangeNews } from "./change_news.ts";
import { Gateway, type GatewayDeps } from "./gateway.ts";
import { HeldCalls } from "./held_calls.ts";
import { ListChanges } from "./list_changes.ts";
import { RequestObserver } from "./request_observer.ts";
import { RequestStates } from "./request_state.ts";
import { TokenEnds } from "./token_ends.ts";

/** What a gateway is made of that is not made here. */
export type GatewayParts =
  & Omit<
    GatewayDeps,
    | "attendances"
    | "held"
    | "listChanges"
    | "lists"
    | "observer"
    | "refused"
    | "requestStates"
    | "tokenEnds"
    | "watches"
  >
  & {
    connector: Connector;
    definitions: KnownDefinitions;
    keyring: Keyring;
    listVersions: ListVersionStore;
    observing: Observing;
  };

/** Puts the gateway together: what it remembers of lists, and what it holds for clients. */
export function createGateway(parts: GatewayParts): Gateway {
  const { authority, connector, keyring, lines, listVersions, log, mail, now, signals } = parts;
  const lists = new ListCache({
    connector,
    versions: listVersions,
    comparing: parts.definitions,
    now,
  });
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
    observer: new RequestObserver(parts.observing),
    refused: parts.observing.instruments.refused,
    attendances: new Attendances(connector, lines, tokenEnds),
  });
}
