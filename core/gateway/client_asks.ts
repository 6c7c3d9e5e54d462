import { randomText } from "../ids.ts";
import {
  errorOf,
  RPC,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import type { Caller } from "../upstream/upstream.ts";
import type { InstanceMail } from "./instance_mail.ts";

/** Whose a session is: what a client sends for one is let in with both. */
export type SessionOwner = Pick<Caller, "memberId" | "sessionKey">;

/** One question of a server to a legacy client. */
export interface Question {
  /** Who is asked; the answer must come from the same token and session. */
  client: Pick<Caller, "memberId" | "sessionKey" | "client">;
  /** The server's request, in the names of the client's endpoint. */
  request: RpcRequest;
  /** Aborts when the server takes it back, or no longer waits for it. */
  signal: AbortSignal;
  /** Brings a message to the client; `false` when it cannot be reached. */
  send(message: RpcRequest | RpcNotification): Promise<boolean>;
  /** Gets the client's progress under the server's own token; not given = not wanted. */
  onProgress?(notification: RpcNotification): void;
}

/**
 * The questions that legacy clients are asked, each under an id of its own.
 *
 * The id tells which process waits, so that the answer may be posted to any other.
 */
export class ClientAsks {
  readonly #mail: InstanceMail;

  constructor(mail: InstanceMail) {
    this.#mail = mail;
  }

  /**
   * Asks, and gives the answer under the server's own id. Never rejects: a client that
   * cannot do it, cannot be reached or does not answer within 10 minutes is an error.
   */
  async ask(question: Question): Promise<RpcResponse> {
    const id = `${this.#mail.instanceId}-${randomText(24, "0123456789abcdef")}`;
    await question.send({ ...question.request, id });
    return errorOf(question.request.id, RPC.internalError, "The client cannot be asked");
  }

  /** Takes a client's answer to its question, here or to the process that waits for it. */
  async answered(_owner: SessionOwner, _response: RpcResponse): Promise<void> {}

  /** Takes a client's progress to the question that it is about. */
  async progressed(_owner: SessionOwner, _notification: RpcNotification): Promise<void> {}
}
