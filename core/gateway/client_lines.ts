import { errorOf, RPC } from "../mcp/message.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { Caller, Target, Unsolicited } from "../upstream/upstream.ts";
import type { ClientAsks } from "./client_asks.ts";
import type { Scope } from "./incoming.ts";
import type { InstanceMail } from "./instance_mail.ts";

/** Which of a server's lists may have changed. */
export type ListKind = "tools" | "prompts" | "resources";

/** A stream on which a legacy client waits for what nobody asked for. */
export interface ListeningLine {
  client: Caller;
  scope: Scope;
  /** Brings a message to the client; waits for a slow reader. */
  send(message: RpcNotification | RpcRequest): void | Promise<void>;
}

/** Gets what is not brought to clients as it comes. */
export interface LineListeners {
  /** A server says that a list of its own has changed, for one session with it. */
  onListChanged(owner: Caller, target: Target, kind: ListKind): void;
  /** A server says something to what it takes for a session of a modern client. */
  onModernNotification(owner: Caller, target: Target, notification: RpcNotification): void;
}

/** What the lines need. */
export interface ClientLinesDeps {
  mail: InstanceMail;
  asks: ClientAsks;
}

/**
 * Which legacy client listens where, and the way to it for what a server says or asks
 * outside of every request.
 */
export class ClientLines implements Unsolicited {
  readonly #deps: ClientLinesDeps;
  #listeners: Partial<LineListeners> = {};

  constructor(deps: ClientLinesDeps) {
    this.#deps = deps;
  }

  /** Sets who gets what is not brought to clients as it comes. */
  listen(listeners: Partial<LineListeners>): void {
    this.#listeners = { ...this.#listeners, ...listeners };
  }

  /** Announces that a client listens here, until it is disposed of. */
  open(_line: ListeningLine): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  notify(_owner: Caller, _target: Target, _notification: RpcNotification): void {}

  ask(
    _owner: Caller,
    _target: Target,
    request: RpcRequest,
    _signal: AbortSignal,
  ): Promise<RpcResponse> {
    return Promise.resolve(errorOf(request.id, RPC.internalError, "The client is not listening"));
  }

  /**
   * Brings a message, in the client's own names, to the stream that its session listens
   * on, here or at another process; `false` when there is none.
   */
  bring(_client: Caller, _message: RpcNotification | RpcRequest): Promise<boolean> {
    return Promise.resolve(false);
  }
}
