import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import type { Outside, SessionOpening } from "./legacy_transport.ts";
import type { Unsolicited } from "./upstream.ts";

/** Where that goes what a server says in a session outside of calls. */
export class SessionOutside implements Outside {
  readonly #opening: SessionOpening;
  readonly #unsolicited: Unsolicited;
  readonly #listeners = new Set<(notification: RpcNotification) => void>();

  constructor(opening: SessionOpening, unsolicited: Unsolicited) {
    this.#opening = opening;
    this.#unsolicited = unsolicited;
  }

  /** Tells `listener` too, until what it gives back is disposed of. */
  hear(listener: (notification: RpcNotification) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  notify(notification: RpcNotification): void {
    for (const listener of this.#listeners) listener(notification);
    this.#unsolicited.notify(this.#opening.owner, this.#opening.target, notification);
  }

  ask(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> {
    return this.#unsolicited.ask(this.#opening.owner, this.#opening.target, request, signal);
  }
}
