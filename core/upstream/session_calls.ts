import type { RequestId, RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { isObject } from "../mcp/message.ts";
import { progressTokenOf } from "../mcp/meta.ts";
import type { ExchangeSubject } from "./echo_guard.ts";
import { subjectOf } from "./exchange_subject.ts";
import type { Outside } from "./legacy_transport.ts";
import { ASKING, wantsLog } from "./call_wishes.ts";
import { ServerQuestions } from "./server_questions.ts";
import type { UpstreamCall } from "./upstream.ts";

interface InFlight {
  call: UpstreamCall;
  /** How many notifications its client has not taken yet. */
  relaying: number;
}

/** How much of one call may wait for a slow client on a shared stream; more is left out. */
const MAX_RELAYING = 64;
/** How many tasks of one session are remembered for the progress that they report. */
const MAX_TASKS = 256;

/**
 * The calls that are under way in one session, and whose what a server says is.
 *
 * Progress goes to the call whose token it carries, on whichever stream it comes; log
 * messages and questions go to the call on whose stream they come; the rest is no call's.
 */
export class SessionCalls {
  readonly #outside: Outside;
  readonly #questions: ServerQuestions;
  readonly #calls = new Map<number, InFlight>();
  readonly #taskTokens = new Map<number, RequestId>();
  #lastId = 0;

  constructor(outside: Outside, post: (answer: RpcResponse) => Promise<void>) {
    this.#outside = outside;
    this.#questions = new ServerQuestions(post);
  }

  /** Begins a call and gives it an id of its own in this session. */
  begin(call: UpstreamCall): number {
    const id = ++this.#lastId;
    this.#calls.set(id, { call, relaying: 0 });
    return id;
  }

  /** Ends a call, with the answer if there was one. */
  end(id: number, answer: RpcResponse | null): void {
    const token = progressTokenOf(this.#calls.get(id)?.call.params);
    this.#calls.delete(id);
    this.#questions.endOf(id);
    // A task reports progress under the token of the call that began it (2025-11-25, Tasks).
    if (token !== null && isObject(answer?.result?.task)) this.#keepTask(id, token);
  }

  /**
   * Of the calls in whose course a server may ask something, the one that has been under
   * way for longest.
   */
  get oldestAsking(): number | null {
    for (const [id, { call }] of this.#calls) {
      if (ASKING.includes(call.method)) return id;
    }
    return null;
  }

  /** What the call that has been under way for longest is about; `null` without one. */
  get oldestSubject(): ExchangeSubject | null {
    for (const { call } of this.#calls.values()) return subjectOf(call);
    return null;
  }

  /** Takes what came on the stream of one call; waits for that call's client. */
  heard(id: number, notification: RpcNotification): void | Promise<void> {
    const relay = this.#relayOf(notification, id);
    return relay?.();
  }

  /**
   * Takes what came on a stream of its own. Where that stream serves calls too
   * (`servesCalls`), a log message is taken to be the oldest call's that wants any.
   */
  overheard(notification: RpcNotification, servesCalls: boolean): void {
    const logsOf = servesCalls ? this.#oldestWanting(notification) : null;
    const id = logsOf ?? tokenOf(notification);
    const inFlight = id === null ? undefined : this.#calls.get(id);
    inFlight?.call.heard?.();
    const relay = this.#relayOf(notification, logsOf);
    if (relay === null || (inFlight?.relaying ?? 0) >= MAX_RELAYING) return;
    void this.#relayBeside(inFlight, relay);
  }

  /** Has a question answered, by the client of a call or by the session's owner. */
  asked(request: RpcRequest, id: number | null): void {
    const call = id === null ? undefined : this.#calls.get(id)?.call;
    if (call === undefined) {
      return this.#questions.take(request, null, (...all) => this.#askOutside(...all));
    }
    this.#questions.take(request, id, (...all) => call.onRequest(...all));
  }

  /** Ends all questions that wait for an answer. */
  close(): void {
    this.#questions.close();
  }

  /** Any of the calls that are under way may be waiting for what the owner is asked. */
  #askOutside(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> {
    const asking = this.#outside.ask(request, signal);
    for (const { call } of this.#calls.values()) {
      if (ASKING.includes(call.method)) call.pauseFor?.(asking);
    }
    return asking;
  }

  #oldestWanting(notification: RpcNotification): number | null {
    if (notification.method !== "notifications/message") return null;
    for (const [id, { call }] of this.#calls) {
      if (ASKING.includes(call.method) && wantsLog(call, notification)) return id;
    }
    return null;
  }

  /** How a notification is passed on; `null` when it is for nobody. */
  #relayOf(
    notification: RpcNotification,
    id: number | null,
  ): (() => void | Promise<void>) | null {
    const { method } = notification;
    if (method === "notifications/progress") return this.#relayProgress(notification);
    if (method === "notifications/cancelled") return () => this.#questions.takeBack(notification);

    const call = id === null ? undefined : this.#calls.get(id)?.call;
    if (method !== "notifications/message" || call === undefined) {
      return () => this.#outside.notify(notification);
    }
    return wantsLog(call, notification) ? () => call.onNotification(notification) : null;
  }

  /** Progress gets the caller's own token back; late progress is dropped. */
  #relayProgress(notification: RpcNotification): (() => void | Promise<void>) | null {
    const id = tokenOf(notification);
    if (id === null) return null;
    const call = this.#calls.get(id)?.call;
    const token = call === undefined ? this.#taskTokens.get(id) : progressTokenOf(call.params);
    if (token === undefined || token === null) return null;

    const params = { ...notification.params, progressToken: token };
    const relayed = { ...notification, params };
    return () => call === undefined ? this.#outside.notify(relayed) : call.onNotification(relayed);
  }

  async #relayBeside(
    inFlight: InFlight | undefined,
    relay: () => void | Promise<void>,
  ): Promise<void> {
    if (inFlight !== undefined) inFlight.relaying++;
    try {
      await relay();
    } catch {
      // What cannot be told is no failure of the call.
    } finally {
      if (inFlight !== undefined) inFlight.relaying--;
    }
  }

  #keepTask(id: number, token: RequestId): void {
    const oldest = this.#taskTokens.keys().next();
    if (this.#taskTokens.size >= MAX_TASKS && !oldest.done) this.#taskTokens.delete(oldest.value);
    this.#taskTokens.set(id, token);
  }
}

/** The call that progress is about, by the token that the session gave it. */
function tokenOf({ method, params }: RpcNotification): number | null {
  const token = params?.progressToken;
  return method === "notifications/progress" && typeof token === "number" ? token : null;
}
