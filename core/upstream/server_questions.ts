import { errorOf, type RequestId, resultOf, RPC } from "../mcp/message.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";

/** Puts a server's question to whoever can answer it. Never rejects. */
export type Ask = (request: RpcRequest, signal: AbortSignal) => Promise<RpcResponse>;

interface Question {
  /** The call in whose course it was asked; `null` for none. */
  callId: number | null;
  ending: AbortController;
  isTakenBack: boolean;
}

/** How many questions of one session may wait for an answer. */
const MAX_QUESTIONS = 100;
/** How many answers of the gateway's own may be on their way at once; the rest is not sent. */
const MAX_POSTING = 100;

/**
 * What a legacy server asks of its client, from the question to the answer's way back.
 *
 * A question ends with the call that it belongs to, and when the server takes it back.
 */
export class ServerQuestions {
  readonly #post: (answer: RpcResponse) => Promise<void>;
  readonly #open = new Map<RequestId, Question>();
  #posting = 0;

  constructor(post: (answer: RpcResponse) => Promise<void>) {
    this.#post = post;
  }

  /** Has one question answered; waits for nobody. */
  take(request: RpcRequest, callId: number | null, ask: Ask): void {
    if (request.method === "ping") return void this.#send(resultOf(request.id, {}));
    // A stream that was resumed may bring a question again.
    if (this.#open.has(request.id)) return;
    if (this.#open.size >= MAX_QUESTIONS) {
      const refusal = `More than ${MAX_QUESTIONS} requests wait for an answer`;
      return void this.#send(errorOf(request.id, RPC.internalError, refusal));
    }

    const question = { callId, ending: new AbortController(), isTakenBack: false };
    this.#open.set(request.id, question);
    void this.#answer(request, question, ask);
  }

  /** Heeds a server that takes a question back (2025-11-25, Cancellation). */
  takeBack({ params }: RpcNotification): void {
    const id = params?.requestId;
    if (typeof id !== "string" && typeof id !== "number") return;
    const question = this.#open.get(id);
    if (question === undefined) return;

    question.isTakenBack = true;
    question.ending.abort(new Error("The server took its request back"));
  }

  /** Ends the questions of a call that is over. */
  endOf(callId: number): void {
    for (const question of this.#open.values()) {
      if (question.callId === callId) question.ending.abort(new Error("The request is over"));
    }
  }

  /** Ends all questions: nobody is left to answer to. */
  close(): void {
    for (const question of this.#open.values()) {
      question.isTakenBack = true;
      question.ending.abort(new Error("The session is over"));
    }
  }

  async #answer(request: RpcRequest, question: Question, ask: Ask): Promise<void> {
    const { signal } = question.ending;
    try {
      const answer = await ask(request, signal);
      if (!question.isTakenBack) await this.#post({ ...answer, id: request.id });
    } catch {
      const failure = errorOf(request.id, RPC.internalError, "The client could not be asked");
      if (!question.isTakenBack) await this.#post(failure);
    } finally {
      this.#open.delete(request.id);
    }
  }

  /** Answers without asking anybody; whoever asks without end is not answered without end. */
  async #send(answer: RpcResponse): Promise<void> {
    if (this.#posting >= MAX_POSTING) return;
    this.#posting++;
    try {
      await this.#post(answer);
    } finally {
      this.#posting--;
    }
  }
}
