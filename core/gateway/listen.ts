import { WISHED } from "../mcp/list_changes.ts";
import { isObject, type JsonObject, type RequestId, type RpcNotification } from "../mcp/message.ts";
import { META, metaOf } from "../mcp/meta.ts";
import { exposeNotification } from "../mcp/rewrite.ts";
import type { Server } from "../servers/server.ts";
import { isWanted, type ListenFilter } from "../upstream/attend.ts";
import type { Connector } from "../upstream/connector.ts";
import { allBegun, type Attendance, attendWhile } from "./attend_while.ts";
import { type AdmissionDeps, visibilityOf } from "./admission.ts";
import type { Authority } from "./authority.ts";
import type { Incoming, View } from "./incoming.ts";
import type { ListChanges } from "./list_changes.ts";
import type { TokenEnds } from "./token_ends.ts";

/** What listening needs. */
export interface ListenDeps extends Pick<AdmissionDeps, "definitions"> {
  authority: Authority;
  connector: Connector;
  listChanges: ListChanges;
  tokenEnds: TokenEnds;
  /** Aborted when the process is told to end, so that streams end with a last word. */
  closing: AbortSignal;
}

/** How many resources one stream may subscribe to. */
const MAX_RESOURCES = 1_000;

/**
 * Serves `subscriptions/listen` until the client leaves, which throws, or the gateway
 * shuts down, which is a graceful end with a result (2026-07-28, Subscriptions).
 */
export async function listen(
  deps: ListenDeps,
  incoming: Incoming,
  view: View,
): Promise<JsonObject> {
  const { request, access, scope, line, signal } = incoming;
  const filter = await shownOf(deps, incoming, view, filterOf(request.params?.notifications));
  const resources = resourcesByServer(view, filter.resourceSubscriptions ?? []);
  const acknowledged = honoured(view, filter);
  const ending = new AbortController();
  const ended = Promise.withResolvers<void>();
  const leave = () => ended.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  deps.closing.addEventListener("abort", () => ended.resolve(), { signal: ending.signal });
  if (signal.aborted) leave();
  if (deps.closing.aborted) ended.resolve();

  const begun = Promise.withResolvers<void>();
  const tell = (notification: RpcNotification) =>
    void begun.promise.then(() => line.notify(labelled(notification, request.id)));
  const joined = deps.listChanges.join({
    slug: access.snapshot.workspace.slug,
    access,
    scope,
    notify(notification) {
      if (isWanted(acknowledged, notification)) tell(notification);
    },
  });
  let isPromised = false;
  const attended = attendAll(deps, incoming, resources, {
    signal: ending.signal,
    tell,
    isPromised: () => isPromised,
  });

  try {
    // What was acknowledged is told from then on, and nothing before.
    const watched = WISHED.some((wish) => acknowledged[wish] === true) ? [joined.begun()] : [];
    await Promise.race([allBegun([...attended, ...watched]), ended.promise]);
    isPromised = true;
    await line.notify(labelled(acknowledgement(acknowledged), request.id));
    begun.resolve();
    await ended.promise;
    return { _meta: { [META.subscriptionId]: request.id } };
  } finally {
    signal.removeEventListener("abort", leave);
    ending.abort();
    joined[Symbol.dispose]();
  }
}

/** Listens at the servers of these resources; each promise resolves when one has begun. */
function attendAll(
  { authority, connector, definitions, tokenEnds }: ListenDeps,
  { access, caller, scope }: Incoming,
  resources: ReadonlyMap<Server, string[]>,
  { signal, tell, isPromised }:
    & Pick<Attendance, "signal" | "isPromised">
    & { tell: (notification: RpcNotification) => void },
): Promise<void>[] {
  const { snapshot, token } = access;
  return [...resources].map(([server, resourceSubscriptions]) => {
    const first = Promise.withResolvers<void>();
    const { slug } = snapshot.workspace;
    const target = () => authority.targetOf(slug, token.hash, server.slug);
    const mayHear = async (notification: RpcNotification) => {
      const current = await authority.authenticateHash(slug, token.hash);
      if (!current.snapshot.servers.has(server.slug)) return false;
      const visibility = await visibilityOf({ definitions }, current, server);
      return visibility === null || visibility.lets(notification);
    };
    void attendWhile(connector, {
      target,
      caller,
      filter: { resourceSubscriptions },
      onServerEnd: (target, end) => tokenEnds.watchServer(access, target, end),
      signal,
      isPromised,
      onHearing: () => first.resolve(),
      onNotification: async (notification) => {
        // A server that was taken out meanwhile, or a resource that is hidden now, is silent.
        const isShown = await mayHear(notification).catch(() => false);
        if (isShown) tell(exposeNotification(scope.naming, server.slug, notification));
      },
    });
    return first.promise;
  });
}

/** Reads what a client asks for; what is no filter asks for nothing. */
function filterOf(value: unknown): ListenFilter {
  const asked = isObject(value) ? value : {};
  const uris = Array.isArray(asked.resourceSubscriptions) ? asked.resourceSubscriptions : [];
  return {
    toolsListChanged: asked.toolsListChanged === true,
    promptsListChanged: asked.promptsListChanged === true,
    resourcesListChanged: asked.resourcesListChanged === true,
    resourceSubscriptions: uris.filter((uri) => typeof uri === "string").slice(0, MAX_RESOURCES),
  };
}

/** What a client asks for without the resources that it is not shown. */
async function shownOf(
  deps: ListenDeps,
  { access }: Incoming,
  view: View,
  filter: ListenFilter,
): Promise<ListenFilter> {
  const uris: string[] = [];
  for (const uri of filter.resourceSubscriptions ?? []) {
    const found = ownerIn(view, uri);
    if (found === null) continue;
    const visibility = await visibilityOf(deps, access, found.server);
    if (visibility === null || visibility.showsUri(found.own)) uris.push(uri);
  }
  return { ...filter, resourceSubscriptions: uris };
}

/** The servers' own URIs; those of no server that is shown here are left out. */
function resourcesByServer(view: View, uris: readonly string[]): Map<Server, string[]> {
  const resources = new Map<Server, string[]>();
  for (const uri of uris) {
    const found = ownerIn(view, uri);
    if (found !== null) {
      resources.set(found.server, [...resources.get(found.server) ?? [], found.own]);
    }
  }
  return resources;
}

function ownerIn(view: View, uri: string): { server: Server; own: string } | null {
  const owned = view.naming.ownerOfUri(uri);
  const server = owned === null ? undefined : view.servers.get(owned.slug);
  return owned === null || server === undefined ? null : { server, own: owned.own };
}

/** The part of a filter that is honoured; what is not asked for is not mentioned. */
function honoured(view: View, filter: ListenFilter): ListenFilter {
  const acknowledged: ListenFilter = {};
  for (const wish of WISHED) {
    if (filter[wish] === true) acknowledged[wish] = true;
  }
  const uris = (filter.resourceSubscriptions ?? []).filter((uri) => ownerIn(view, uri) !== null);
  return uris.length === 0 ? acknowledged : { ...acknowledged, resourceSubscriptions: uris };
}

function acknowledgement(notifications: ListenFilter): RpcNotification {
  return {
    jsonrpc: "2.0",
    method: "notifications/subscriptions/acknowledged",
    params: { notifications },
  };
}

/** Says which listen request a message belongs to; the id keeps its type. */
function labelled(notification: RpcNotification, id: RequestId): RpcNotification {
  const { params } = notification;
  return {
    ...notification,
    params: { ...params, _meta: { ...metaOf(params), [META.subscriptionId]: id } },
  };
}
