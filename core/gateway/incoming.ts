import type { Server } from "../servers/server.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { Naming } from "../mcp/naming.ts";
import type { Caller } from "../upstream/upstream.ts";
import type { Access } from "./authority.ts";

/** Which part of a workspace an endpoint shows, and under which names. */
export interface Scope {
  /** The slug of the one server that is shown under its own names; `null` = all of them. */
  server: string | null;
  naming: Naming;
}

/** What one endpoint shows of a workspace at this moment. */
export interface View extends Scope {
  /** The servers by slug, in the order of their slugs. */
  servers: ReadonlyMap<string, Server>;
}

/** How the client of one request can be told and asked something before its answer. */
export interface ReplyLine {
  /** Never throws; waits for a slow reader. Dropped where the client reads no stream. */
  notify(notification: RpcNotification): void | Promise<void>;
  /**
   * Asks a legacy client; its answer comes back under the request's own id. Never rejects:
   * a client that cannot be asked, or does not answer in time, is an error answer.
   */
  ask(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse>;
}

/** A request, with who sent it, to which endpoint, and how its client can be reached. */
export interface Incoming {
  request: RpcRequest;
  access: Access;
  scope: Scope;
  caller: Caller;
  /** Size of the request's body. */
  bytesIn: number;
  /** Aborted with `TakenBack` when the client left or took the request back. */
  signal: AbortSignal;
  line: ReplyLine;
}

/** An answer that is ready to be sent: what had to be recorded is recorded. */
export interface Served {
  json: string;
  /** HTTP status where the transport has one for each answer. */
  status: number;
}
