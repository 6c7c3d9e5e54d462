import { z } from "zod";
import {
  asMessage,
  type JsonObject,
  type RpcNotification,
  type RpcResponse,
  textParam,
} from "../mcp/message.ts";
import type { Connector } from "../upstream/connector.ts";
import type { ClientAsks } from "./client_asks.ts";
import type { SessionOwner } from "../upstream/upstream.ts";
import { flightKey, type InFlight } from "./in_flight.ts";
import type { InstanceMail } from "./instance_mail.ts";
import type { Log } from "./rpc_reply.ts";
import { TokenId } from "../ids.ts";
import { NO_SESSION } from "../sessions/session.ts";

/** What taking clients' messages needs. */
export interface ClientMessagesDeps {
  asks: ClientAsks;
  connector: Connector;
  inFlight: InFlight;
  mail: InstanceMail;
  log: Log;
}

/** The kind of letter that passes on what a client says to all its servers. */
const TO_SERVERS = "client_says";

const Letter = z.object({ memberId: TokenId, sessionKey: z.string() });

/** Takes what clients send without waiting for an answer. */
export class ClientMessages {
  readonly #deps: ClientMessagesDeps;

  constructor(deps: ClientMessagesDeps) {
    this.#deps = deps;
    deps.mail.on(TO_SERVERS, (body) => this.#takeLetter(body));
  }

  /** Takes a notification; what no server wants to know is dropped. */
  async notified(owner: SessionOwner, notification: RpcNotification): Promise<void> {
    const { asks, mail } = this.#deps;

    switch (notification.method) {
      case "notifications/cancelled":
        return await this.#cancelled(owner, notification);
      case "notifications/progress":
        return await asks.progressed(owner, notification);
      case "notifications/roots/list_changed": {
        if (owner.sessionKey === NO_SESSION) return;
        this.#tellServers(owner, notification);
        return await mail.broadcast(TO_SERVERS, { ...ownerOf(owner), message: notification });
      }
    }
  }

  /** Takes an answer to what a server asked. */
  async answered(owner: SessionOwner, response: RpcResponse): Promise<void> {
    await this.#deps.asks.answered(ownerOf(owner), response);
  }

  async #cancelled(owner: SessionOwner, { params }: RpcNotification): Promise<void> {
    const id = params?.requestId;
    if (typeof id !== "string" && typeof id !== "number") return;
    const reason = textParam(params, "reason") ?? "The client took the request back";
    const key = flightKey(owner.memberId, owner.sessionKey, id);
    await this.#deps.inFlight.cancel(key, reason.slice(0, 500));
  }

  #takeLetter(body: JsonObject): void {
    const owner = Letter.safeParse(body);
    const message = asMessage(body.message);
    if (owner.success && message?.kind === "notification") {
      this.#tellServers(owner.data, message.message);
    }
  }

  #tellServers(owner: SessionOwner, notification: RpcNotification): void {
    const { connector, log } = this.#deps;
    void connector.notifySessions(owner, notification)
      .catch((error) => log(`Cannot tell servers of "${notification.method}": ${error}`));
  }
}

function ownerOf({ memberId, sessionKey }: SessionOwner): SessionOwner {
  return { memberId, sessionKey };
}
