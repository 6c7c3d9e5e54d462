import type { Outcome, Reason } from "../calls/call.ts";
import type { GatewayError } from "../errors.ts";
import type { DisabledServer, Server } from "../servers/server.ts";
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
  /** Those that would be there if they were not disabled. */
  disabled: ReadonlyMap<string, DisabledServer>;
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
  /** Whether the answer can be given in pieces, while it comes. */
  takesLong(): boolean;
  /**
   * Gives a piece of the answer, all but the last; waits for a slow reader. Rejects with
   * `TakenBack` when the client has left.
   */
  pass(bytes: Uint8Array): Promise<void>;
}

/** What is left of an answer that was given in pieces. */
export interface Passed {
  /** The last pieces, which are not given yet. */
  rest: readonly Uint8Array[];
  /** The size of the whole answer. */
  sizeBytes: number;
}

/** A request, with who sent it, to which endpoint, and how its client can be reached. */
export interface Incoming {
  request: RpcRequest;
  access: Access;
  scope: Scope;
  caller: Caller;
  /** Size of the request's body. */
  bytesIn: number;
  /**
   * Aborted with `TakenBack` when the client left or took the request back, and with what
   * {@linkcode cut} was given.
   */
  signal: AbortSignal;
  /** Ends the request with an error, which is its answer. */
  cut(error: GatewayError): void;
  line: ReplyLine;
  /** Called once no limit refuses the request, before it is served; may throw. */
  onLetIn?(): void;
}

/** How a request ended, for those who count and follow requests. */
export interface RequestEnd {
  /** The code of the answer's error; `null` for a result. */
  code: number | null;
  outcome: Outcome;
  /** Why it was refused or failed; `null` when it was not. */
  reason: Reason | null;
  /** The slug of the server that it was for, if it was for one. */
  server: string | null;
}

/** An answer that is ready to be sent: what had to be recorded is recorded. */
export interface Served {
  json: string;
  end: RequestEnd;
  /** The end of an answer that was given in pieces; `json` is not looked at then. */
  rest?: readonly Uint8Array[];
  /** HTTP status where the transport has one for each answer. */
  status: number;
  /** What `Retry-After` says; `null` where trying again is no matter of time. */
  retryAfterSeconds?: number | null;
}
