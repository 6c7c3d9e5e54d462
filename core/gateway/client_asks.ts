import { randomText } from "../ids.ts";
import { mayAsk } from "../mcp/client_capabilities.ts";
import {
  asMessage,
  errorOf,
  type JsonObject,
  RPC,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../mcp/message.ts";
import { metaOf, progressTokenOf, withProgressToken } from "../mcp/meta.ts";
import type { Caller, SessionOwner } from "../upstream/upstream.ts";
import type { InstanceMail } from "./instance_mail.ts";

/** One question of a server to a legacy client. */
export interface Question {
  /** Who is asked; the answer must come from the same token and session. */
  client: Pick<Caller, "memberId" | "sessionKey" | "client">;
  /** The server's request, in the names of the client's endpoint. */
  request: RpcRequest;
  /** Aborts when the server takes it back, or no longer waits for it. */
  signal: AbortSignal;
  /** Aborts when the client's stream is gone for good; not given = never. */
  lost?: AbortSignal;
  /** Brings a message to the client; `false` when it cannot be reached. */
  send(message: RpcNotification | RpcRequest): Promise<boolean>;
  /** Gets the client's progress under the server's own token; not given = not wanted. */
  onProgress?(notification: RpcNotification): void;
}

interface Waiting {
  question: Question;
  resolve(answer: RpcResponse): void;
}

/** Kinds of letters: what a client posted to another process than the one that waits. */
const ANSWER = "client_answer";
const PROGRESS = "client_progress";

/** How long a person may take. */
const PATIENCE_MS = 10 * 60 * 1000;

/** How many questions of one process may be open at once. */
const MAX_OPEN = 10_000;

/** The process that waits, and what nobody can guess. */
const ID = /^([0-9a-z]{16})-[0-9a-f]{24}$/;

/**
 * The questions that legacy clients are asked, each under an id of its own.
 *
 * The id tells which process waits, so that the answer may be posted to any other. It is
 * taken only from the token and the session that were asked.
 */
export class ClientAsks {
  readonly #mail: InstanceMail;
  readonly #waiting = new Map<string, Waiting>();

  constructor(mail: InstanceMail) {
    this.#mail = mail;
    mail.on(ANSWER, (body) => this.#takeAnswer(body));
    mail.on(PROGRESS, (body) => this.#takeProgress(body));
  }

  /**
   * Asks, and gives the answer under the server's own id. Never rejects: a client that
   * cannot do it, cannot be reached or does not answer within 10 minutes is an error.
   */
  async ask(question: Question): Promise<RpcResponse> {
    const { request, client } = question;
    const refusal = mayAsk(request, client.client.capabilities);
    if (refusal !== null) return { jsonrpc: "2.0", id: request.id, error: refusal };
    if (this.#waiting.size >= MAX_OPEN) return failed(request, `${MAX_OPEN} clients are asked`);

    try {
      await this.#mail.ready();
      const answer = await this.#exchange(question);
      return { ...answer, id: request.id };
    } catch (error) {
      return failed(request, error instanceof Error ? error.message : String(error));
    }
  }

  /** Takes a client's answer to its question, here or to the process that waits for it. */
  async answered(owner: SessionOwner, response: RpcResponse): Promise<void> {
    await this.#pass(ANSWER, response.id, { ...owner, message: response });
  }

  /** Takes a client's progress to the question that it is about. */
  async progressed(owner: SessionOwner, notification: RpcNotification): Promise<void> {
    const id = notification.params?.progressToken;
    await this.#pass(PROGRESS, id, { ...owner, message: notification });
  }

  async #exchange(question: Question): Promise<RpcResponse> {
    const id = `${this.#mail.instanceId}-${randomText(24, "0123456789abcdef")}`;
    const { promise, resolve } = Promise.withResolvers<RpcResponse>();
    const ends = endOf(question);
    this.#waiting.set(id, { question, resolve });

    try {
      const reached = await question.send(underOwnId(question, id));
      if (!reached) return failed(question.request, "the client has no stream to be asked on");
      const answer = await Promise.race([promise, ends.reached]);
      if (typeof answer !== "string") return answer;
      await question.send(cancelled(id, answer));
      return failed(question.request, answer);
    } finally {
      this.#waiting.delete(id);
      ends[Symbol.dispose]();
    }
  }

  /** An id that is none of these processes' is no question, or one of long ago. */
  async #pass(kind: string, id: unknown, letter: JsonObject): Promise<void> {
    const instanceId = typeof id === "string" ? ID.exec(id)?.[1] : undefined;
    if (instanceId !== undefined) await this.#mail.send(instanceId, kind, { ...letter, id });
  }

  #takeAnswer(letter: JsonObject): void {
    const message = asMessage(letter.message);
    if (message?.kind === "response") this.#askedBy(letter)?.resolve(message.message);
  }

  #takeProgress(letter: JsonObject): void {
    const waiting = this.#askedBy(letter);
    const message = asMessage(letter.message);
    if (waiting === undefined || message?.kind !== "notification") return;
    const { question: { onProgress, request } } = waiting;
    const progressToken = progressTokenOf(request.params);
    const params = { ...message.message.params, progressToken };
    onProgress?.({ ...message.message, params });
  }

  #askedBy({ id, memberId, sessionKey }: JsonObject): Waiting | undefined {
    const waiting = this.#waiting.get(String(id));
    const asked = waiting?.question.client;
    return asked?.memberId === memberId && asked?.sessionKey === sessionKey ? waiting : undefined;
  }
}

/** Says why nobody waits for the answer any more, once that is so. */
function endOf({ signal, lost }: Question): Disposable & { reached: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const takenBack = () => resolve("the server no longer waits for the answer");
  const gone = () => resolve("the client has left");
  const timer = setTimeout(() => resolve("the client did not answer in 10 minutes"), PATIENCE_MS);
  signal.addEventListener("abort", takenBack);
  lost?.addEventListener("abort", gone);
  if (signal.aborted) takenBack();
  if (lost?.aborted) gone();

  return {
    reached: promise,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", takenBack);
      lost?.removeEventListener("abort", gone);
    },
  };
}

/** The request as the client gets it; progress that nobody wants is not asked for. */
function underOwnId({ request, onProgress }: Question, id: string): RpcRequest {
  if (progressTokenOf(request.params) === null) return { ...request, id };
  if (onProgress !== undefined) {
    return { ...request, id, params: withProgressToken(request.params, id) };
  }
  const { progressToken: _unwanted, ...meta } = metaOf(request.params);
  return { ...request, id, params: { ...request.params, _meta: meta } };
}

function cancelled(requestId: string, reason: string): RpcNotification {
  return { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId, reason } };
}

function failed(request: RpcRequest, why: string): RpcResponse {
  return errorOf(request.id, RPC.internalError, `The client cannot be asked: ${why}`);
}
