import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { Caller, ServerGreeting, Target, UpstreamCall } from "./upstream.ts";

/** On whose behalf a session is opened, with which server and in which revision. */
export interface SessionOpening {
  target: Target;
  owner: Caller;
  /** The revision that `initialize` asks for. */
  version: string;
}

/** Takes what a server says and asks in a session outside of every call. */
export interface Outside {
  /** Never throws. */
  notify(notification: RpcNotification): void;
  /** Never rejects. */
  ask(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse>;
}

/** A stream for what a server says outside of calls, as long as it lasts. */
export interface Listening {
  /** Settles when nothing more will be heard: rejects when that is a failure. */
  readonly stopped: Promise<void>;
}

/** A session with a legacy server, as one transport carries it. */
export interface LegacyTransport {
  readonly greeting: ServerGreeting;
  /** Whether the server or the network ended it; it is not used again then. */
  readonly ended: boolean;
  /** Resolves when it ended. */
  readonly whenEnded: Promise<void>;
  /** Sends one request; `null` when the server no longer knows the session. */
  request(call: UpstreamCall): Promise<RpcResponse | null>;
  /** Tells the server something; what it cannot be told, it is not. */
  notify(notification: RpcNotification): Promise<void>;
  /**
   * Hears the server outside of calls; `null` when it does not offer that. Rejects with
   * `upstream_failed` when the stream cannot be opened.
   */
  listen(): Promise<Listening | null>;
  /** Hears the server no longer outside of calls, where that takes a stream of its own. */
  stopListening(): void;
  close(): Promise<void>;
}
