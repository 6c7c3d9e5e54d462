import type { RpcNotification } from "../mcp/message.ts";
import type { Access } from "./authority.ts";
import type { Scope } from "./incoming.ts";

/** A client that wants to know when a list changes. */
export interface ListChangesMember {
  slug: string;
  access: Access;
  scope: Scope;
  notify(notification: RpcNotification): void;
}

/** Tells clients that a list has changed, until they leave. */
export interface ListChanges {
  join(member: ListChangesMember): Disposable;
}
