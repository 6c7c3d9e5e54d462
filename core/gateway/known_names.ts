import { GatewayError } from "../errors.ts";
import { isObject } from "../mcp/message.ts";
import { addressOf } from "../mcp/methods.ts";
import { paramHeaderFault } from "../mcp/param_headers.ts";
import { looksShortened } from "../mcp/tool_names.ts";
import type { Connector } from "../upstream/connector.ts";
import type { ListCache } from "../upstream/list_cache.ts";
import type { KnownName, NamedKind } from "../upstream/name_index.ts";
import { targetFor } from "../upstream/request_headers.ts";
import type { Target } from "../upstream/upstream.ts";
import { TakenBack } from "./in_flight.ts";
import type { Incoming } from "./incoming.ts";

interface Deps {
  connector: Connector;
  lists: ListCache;
}

/**
 * What is known of the tool or prompt that a request names; anything else is called what
 * it is called.
 *
 * Only a server's list tells what a shortened name stands for, and which arguments are to
 * be in headers too, of a modern client or for a modern server; any other name can be
 * called without it.
 */
export async function knownName(
  deps: Deps,
  incoming: Incoming,
  target: Target,
  item: string,
): Promise<KnownName> {
  const asItIs = unlisted(item);
  const kind = namedKindOf(incoming);
  if (kind === null) return asItIs;

  const { caller, scope: { naming } } = incoming;
  const exposed = exposedIn(incoming, item);
  const remembered = deps.lists.names.find(targetFor(target, caller), kind, naming, exposed);
  if (remembered) return remembered;

  const isUnlisted = remembered === undefined;
  const { era } = caller;
  const mayWantHeaders = kind === "tools" && isUnlisted &&
    (era === "modern" || deps.connector.mayBeModern(target, era));
  // A shortened name that the list does not know may be newer than the list.
  const needsList = mayWantHeaders || (!naming.isPlain && looksShortened(exposed));
  if (!needsList) return asItIs;

  return await renewedName(deps, incoming, target, item).catch((error) => {
    // A server that cannot list may still answer the call itself.
    if (error instanceof TakenBack) throw error;
    return asItIs;
  });
}

/** The same after the server's list was read anew. */
export async function renewedName(
  { lists }: Deps,
  incoming: Incoming,
  target: Target,
  item: string,
): Promise<KnownName> {
  const kind = namedKindOf(incoming);
  const asItIs = unlisted(item);
  if (kind === null) return asItIs;

  const { caller, scope, signal } = incoming;
  lists.forget(target.id, kind);
  await lists.list({ target, caller, kind, signal });
  const reached = targetFor(target, caller);
  return lists.names.find(reached, kind, scope.naming, exposedIn(incoming, item)) ?? asItIs;
}

/**
 * Refuses a modern call whose `Mcp-Param-*` headers do not repeat its arguments
 * (2026-07-28, Streamable HTTP, Server Validation). Throws `header_mismatch`.
 */
export function checkParamHeaders({ caller, request }: Incoming, known: KnownName): void {
  if (caller.era !== "modern" || known.paramHeaders.length === 0) return;
  const fault = paramHeaderFault(known.paramHeaders, request.params?.arguments, caller.headers);
  if (fault === null) return;
  const sentence = `Header mismatch: ${fault}`;
  throw new GatewayError("header_mismatch", sentence, { publicMessage: sentence });
}

/** What is called what it is called; nothing else is known of it. */
function unlisted(own: string): KnownName {
  return { own, paramHeaders: [], isRepeatable: false, facts: undefined };
}

/** The kind of thing with a name that a request names; `null` for anything else. */
export function namedKindOf({ request: { method, params } }: Incoming): NamedKind | null {
  switch (addressOf(method)) {
    case "tool":
      return "tools";
    case "prompt":
      return "prompts";
    case "completion":
      return isObject(params?.ref) && params.ref.type !== "ref/resource" ? "prompts" : null;
    default:
      return null;
  }
}

/** The name in a request, as its client sees it. */
export function exposedIn({ request: { method, params } }: Incoming, item: string): string {
  const { name, ref } = params ?? {};
  const named = addressOf(method) === "completion" && isObject(ref) ? ref.name : name;
  return typeof named === "string" ? named : item;
}
