import { isObject, type JsonObject, type RpcNotification } from "../mcp/message.ts";
import { errorOf, resultOf, type RpcRequest, type RpcResponse } from "../mcp/message.ts";
import { requestForModernClient } from "../mcp/border.ts";
import type { InputRequests } from "../mcp/input_required.ts";
import { TakenBack } from "./in_flight.ts";
import { mayAsk } from "../mcp/client_capabilities.ts";
import type { LargeAnswers, UpstreamAnswer, UpstreamCall } from "../upstream/upstream.ts";

/** What a held call needs of its client at one time: the questions, by their keys. */
export interface Wanted {
  inputRequests: InputRequests;
}

/** Tells the client of the present round what the server says meanwhile. */
export type Tell = (notification: RpcNotification) => void | Promise<void>;

interface Question {
  request: RpcRequest;
  answer: PromiseWithResolvers<RpcResponse>;
}

/** Questions that come this close together are asked in one round. */
const GATHER_MS = 10;
const MAX_QUESTIONS = 100;

/**
 * A call at a legacy server for a modern client, which is asked in rounds: the call goes
 * on while its client collects answers and comes back with them
 * (2026-07-28, Multi Round-Trip Requests).
 */
export class HeldCall {
  readonly #answer: Promise<UpstreamAnswer>;
  readonly #ending = new AbortController();
  readonly #questions = new Map<string, Question>();
  readonly #capabilities: JsonObject;
  #asked = Promise.withResolvers<void>();
  #tell: Tell | null = null;
  /** Where a large answer goes: to the client of the present round. */
  #large: LargeAnswers | null = null;
  #lastKey = 0;

  constructor(
    request: (call: UpstreamCall) => Promise<UpstreamAnswer>,
    call: Omit<UpstreamCall, "signal" | "onNotification" | "onRequest">,
  ) {
    this.#capabilities = call.caller.client.capabilities;
    this.#answer = request({
      ...call,
      signal: this.#ending.signal,
      onNotification: (notification) => this.#tell?.(notification),
      onRequest: (question, signal) => this.#ask(question, signal),
      large: {
        isWelcome: () => this.#large?.isWelcome() ?? false,
        pass: (answer) => this.#large?.pass(answer) ?? Promise.reject(nobody()),
      },
    });
    this.#answer.catch(() => {});
  }

  /** Whether a client waits for this call right now. */
  get isAttended(): boolean {
    return this.#tell !== null;
  }

  /**
   * Waits for the call's end, or for what its server asks next. Aborting `signal` ends the
   * call: its client left.
   */
  async next(
    tell: Tell,
    signal: AbortSignal,
    large: LargeAnswers | null = null,
  ): Promise<UpstreamAnswer | Wanted> {
    this.#tell = tell;
    this.#large = large;
    const leave = () => this.end(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave);

    try {
      const ended = await Promise.race([this.#answer, this.#asked.promise]);
      if (ended !== undefined) return ended;
      const late = await Promise.race([this.#answer, pause(GATHER_MS)]);
      return late ?? this.#wanted();
    } finally {
      signal.removeEventListener("abort", leave);
      this.#tell = null;
      this.#large = null;
    }
  }

  /** Hands the client's answers to the server; what was not asked is passed over. */
  give(responses: JsonObject): void {
    for (const [key, { request, answer }] of this.#questions) {
      const response = responses[key];
      if (!isObject(response)) continue;
      this.#questions.delete(key);
      answer.resolve(resultOf(request.id, response));
    }
    this.#expectMore();
  }

  /** Ends the call: nobody will come back for it. */
  end(reason: unknown): void {
    this.#ending.abort(reason);
  }

  async #ask(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> {
    const refused = mayAsk(request, this.#capabilities);
    if (refused !== null) return errorOf(request.id, refused.code, refused.message, refused.data);
    if (signal.aborted) return takenBack(request);
    if (this.#questions.size >= MAX_QUESTIONS) return tooMany(request);

    const key = `input-${++this.#lastKey}`;
    const answer = Promise.withResolvers<RpcResponse>();
    const takeBack = () => {
      this.#questions.delete(key);
      answer.resolve(takenBack(request));
      this.#expectMore();
    };
    this.#questions.set(key, { request, answer });
    signal.addEventListener("abort", takeBack, { once: true });
    this.#asked.resolve();

    try {
      return await answer.promise;
    } finally {
      signal.removeEventListener("abort", takeBack);
    }
  }

  /** Waits for new questions where none is open. */
  #expectMore(): void {
    if (this.#questions.size > 0) return;
    this.#asked = Promise.withResolvers<void>();
  }

  #wanted(): Wanted {
    const inputRequests: InputRequests = {};
    for (const [key, { request }] of this.#questions) {
      inputRequests[key] = requestForModernClient(request);
    }
    return { inputRequests };
  }
}

/** The client of a round left just when its answer came. */
function nobody(): TakenBack {
  return new TakenBack("The client left before its answer");
}

function takenBack(request: RpcRequest): RpcResponse {
  return errorOf(request.id, -32000, "The question was taken back");
}

function tooMany(request: RpcRequest): RpcResponse {
  return errorOf(request.id, -32000, `More than ${MAX_QUESTIONS} questions wait for the client`);
}

function pause(delayMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), delayMs));
}
