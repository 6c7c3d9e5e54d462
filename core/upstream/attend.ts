import { listOfChange, WISHED, WISHES } from "../mcp/list_changes.ts";
import type { RpcNotification } from "../mcp/message.ts";
import type { Caller, Target } from "./upstream.ts";

/** Which changes of a server one wants to hear of (2026-07-28, Subscriptions). */
export interface ListenFilter {
  toolsListChanged?: boolean;
  promptsListChanged?: boolean;
  resourcesListChanged?: boolean;
  /** Resources, under the server's own URIs, of whose updates one wants to hear. */
  resourceSubscriptions?: readonly string[];
}

/** A wish to hear of a server's changes for as long as it tells of them. */
export interface AttendCall {
  target: Target;
  caller: Caller;
  filter: ListenFilter;
  /** Ends it; `attend` then resolves. */
  signal: AbortSignal;
  /**
   * Called once, before everything else, with the part of the filter that will be heard
   * of; an empty one when the server has nothing to offer.
   */
  onReady(acknowledged: ListenFilter): void | Promise<void>;
  /** Gets what happens, one after the other, under the server's own names. */
  onNotification(notification: RpcNotification): void | Promise<void>;
}

/** Whether a filter asks for anything at all. */
export function isEmptyFilter(filter: ListenFilter): boolean {
  return WISHED.every((wish) => filter[wish] !== true) &&
    (filter.resourceSubscriptions ?? []).length === 0;
}

/** Whether a filter asks for this notification. */
export function isWanted(filter: ListenFilter, notification: RpcNotification): boolean {
  if (notification.method === "notifications/resources/updated") {
    const uri = notification.params?.uri;
    return typeof uri === "string" && isWithin(filter.resourceSubscriptions ?? [], uri);
  }
  const list = listOfChange(notification.method);
  return list !== null && filter[WISHES[list]] === true;
}

/** A server may tell of a part of what was subscribed to (2025-11-25, Resources). */
function isWithin(subscribed: readonly string[], uri: string): boolean {
  return subscribed.some((one) => uri === one || uri.startsWith(one.replace(/\/?$/, "/")));
}
