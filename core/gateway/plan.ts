import type { Era } from "../calls/call.ts";
import { isObject, type JsonObject, type RpcRequest, textParam } from "../mcp/message.ts";
import {
  type AddressKind,
  addressOf,
  isClientRequest,
  type ListKind,
  listOf,
} from "../mcp/methods.ts";
import type { Naming, Owned } from "../mcp/naming.ts";

/** What a request names: the kind of thing, its name as it is shown, and whose it is. */
export interface Address {
  kind: AddressKind;
  /** `null` when the request names nothing. */
  exposed: string | null;
  /** `null` when it belongs to no server that is shown here. */
  owned: Owned | null;
}

/** Who answers a request. */
export type Plan =
  | { kind: "initialize" | "ping" | "discover" | "set_log_level" | "listen" }
  /** All servers together. */
  | { kind: "merged_list"; list: ListKind }
  /** One server, which the request names. */
  | { kind: "addressed"; address: Address }
  /** The one server that this endpoint shows. */
  | { kind: "relayed"; slug: string; list: ListKind | null }
  | { kind: "unknown_method" };

/** What the plan depends on besides the request. */
export interface PlanContext {
  era: Era;
  naming: Naming;
  /** The one server that the endpoint shows, or `null` for all of a workspace. */
  server: string | null;
  isShown(slug: string): boolean;
}

/**
 * Decides who answers, from the request and the servers that are shown alone.
 *
 * Each era has its own methods: `initialize` and `ping` are gone from the modern one. An
 * endpoint of one server passes on what no revision knows, as that server may know it.
 */
export function planRequest({ method, params }: RpcRequest, context: PlanContext): Plan {
  const { era, server } = context;
  if (!isClientRequest(method, era)) {
    const mayBeKnownThere = server !== null && isOfNoRevision(method);
    return mayBeKnownThere
      ? { kind: "relayed", slug: server, list: null }
      : { kind: "unknown_method" };
  }

  switch (method) {
    case "initialize":
    case "ping":
      return { kind: method };
    case "server/discover":
      return { kind: "discover" };
    case "logging/setLevel":
      return { kind: "set_log_level" };
    case "subscriptions/listen":
      return { kind: "listen" };
  }

  const list = listOf(method);
  if (list !== null) {
    return server === null
      ? { kind: "merged_list", list }
      : { kind: "relayed", slug: server, list };
  }
  const address = addressOf(method);
  return address === null
    ? { kind: "unknown_method" }
    : { kind: "addressed", address: addressIn(address, params, context) };
}

function isOfNoRevision(method: string): boolean {
  return !isClientRequest(method, "legacy") && !isClientRequest(method, "modern");
}

function addressIn(
  kind: AddressKind,
  params: JsonObject | undefined,
  { naming, isShown }: PlanContext,
): Address {
  const { exposed, owned } = named(kind, params, naming);
  return { kind, exposed, owned: owned !== null && isShown(owned.slug) ? owned : null };
}

function named(
  kind: AddressKind,
  params: JsonObject | undefined,
  naming: Naming,
): { exposed: string | null; owned: Owned | null } {
  const of = (exposed: string | null, owner: (text: string) => Owned | null) => ({
    exposed,
    owned: exposed === null ? null : owner(exposed),
  });

  switch (kind) {
    case "tool":
    case "prompt":
      return of(textParam(params, "name"), naming.ownerOfName);
    case "resource":
      return of(textParam(params, "uri"), naming.ownerOfUri);
    case "task":
      return of(textParam(params, "taskId"), naming.ownerOfTask);
    case "completion": {
      const ref = isObject(params?.ref) ? params.ref : undefined;
      return ref?.type === "ref/resource"
        ? of(textParam(ref, "uri"), naming.ownerOfUri)
        : of(textParam(ref, "name"), naming.ownerOfName);
    }
  }
}
