import { WISHED } from "../mcp/list_changes.ts";
import type { JsonObject, RpcNotification, RpcResponse } from "../mcp/message.ts";
import { isObject, RPC } from "../mcp/message.ts";
import { type ClientProfile, META, metaOf } from "../mcp/meta.ts";
import { type AttendCall, isEmptyFilter, isWanted, type ListenFilter } from "./attend.ts";
import { withDeadline } from "./deadline.ts";
import { timeoutFailure, upstreamFailure } from "./failures.ts";
import type { HttpClient } from "./http_client.ts";
import { isOfAnotherEra, type ModernAnswer, sendModern } from "./modern_exchange.ts";

const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const LISTEN_ID = "aerostack-listen";

/**
 * Hears of a modern server's changes on one stream (2026-07-28, Subscriptions).
 *
 * Resolves with `true` when the caller or the server ends it, and when the server has
 * nothing to offer; with `false` when it turns out to be of another era. Throws
 * `upstream_failed` and `upstream_timeout`.
 */
export async function modernListen(
  http: HttpClient,
  call: AttendCall,
  client: ClientProfile,
): Promise<boolean> {
  const listening = new Subscription(call);
  const stop = () => listening.end();
  call.signal.addEventListener("abort", stop);
  if (call.signal.aborted) stop();

  try {
    return await listening.run(http, client);
  } catch (error) {
    if (call.signal.aborted || listening.isOver) return true;
    throw error;
  } finally {
    call.signal.removeEventListener("abort", stop);
    stop();
  }
}

class Subscription {
  readonly #call: AttendCall;
  readonly #ending = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  #offer: ListenFilter | null = null;
  /** Whether there is nothing more to hear of. */
  isOver = false;

  constructor(call: AttendCall) {
    this.#call = call;
  }

  async run(http: HttpClient, client: ClientProfile): Promise<boolean> {
    const answer = this.#ask(http, client);
    answer.catch(() => {});
    const { slug, timeouts } = this.#call.target;
    const limitMs = timeouts.connectSeconds * 1000;
    // Once it is acknowledged, silence is as it should be.
    await withDeadline(
      this.#ending.signal,
      limitMs,
      () => timeoutFailure(slug, limitMs, "connect"),
      () => Promise.race([answer.then(() => {}), this.#ready.promise]),
    );
    return await this.#conclude(await answer);
  }

  end(): void {
    this.#ending.abort(new Error("Nobody listens any more"));
  }

  #ask(http: HttpClient, client: ClientProfile): Promise<ModernAnswer> {
    return sendModern(http, {
      target: this.#call.target,
      client,
      id: LISTEN_ID,
      method: "subscriptions/listen",
      params: { notifications: { ...this.#call.filter } },
      paramHeaders: [],
      signal: this.#ending.signal,
      timeoutMs: this.#call.target.timeoutMs,
      onNotification: (notification) => this.#take(notification),
    });
  }

  async #conclude({ response, status }: ModernAnswer): Promise<boolean> {
    if (response === null || isOfAnotherEra(response, status)) return false;
    if (response.error !== undefined && !isUnknownMethod(response)) throw this.#refused(response);
    if (this.#offer === null) await this.#call.onReady({});
    return true;
  }

  async #take(notification: RpcNotification): Promise<void> {
    if (!isOfThis(notification) || this.isOver) return;
    if (this.#offer === null) {
      if (notification.method === ACKNOWLEDGED) await this.#acknowledge(notification.params);
      return;
    }
    if (isWanted(this.#offer, notification)) {
      await this.#call.onNotification(withoutSubscription(notification));
    }
  }

  async #acknowledge(params: JsonObject | undefined): Promise<void> {
    this.#offer = agreed(this.#call.filter, params?.notifications);
    await this.#call.onReady(this.#offer);
    this.#ready.resolve();
    if (!isEmptyFilter(this.#offer)) return;
    this.isOver = true;
    this.end();
  }

  #refused({ error }: RpcResponse) {
    const { slug } = this.#call.target;
    return upstreamFailure(slug, "protocol", `refused to be listened to (code ${error?.code})`);
  }
}

/** A server without the method has nothing to offer. */
function isUnknownMethod({ error }: RpcResponse): boolean {
  return error?.code === RPC.methodNotFound;
}

/** A stream carries one subscription, so its messages need not say which. */
function isOfThis({ params }: RpcNotification): boolean {
  const id = metaOf(params)[META.subscriptionId];
  return id === undefined || id === LISTEN_ID;
}

/** What was asked for and granted, whatever else the server believes to be. */
function agreed(wish: ListenFilter, granted: unknown): ListenFilter {
  if (!isObject(granted)) return {};
  const uris = granted.resourceSubscriptions;
  const wished = wish.resourceSubscriptions ?? [];
  const common = Array.isArray(uris) ? wished.filter((uri) => uris.includes(uri)) : [];
  const offer: ListenFilter = {};
  for (const key of WISHED) {
    if (wish[key] === true && granted[key] === true) offer[key] = true;
  }
  return common.length === 0 ? offer : { ...offer, resourceSubscriptions: common };
}

/** A notification for a caller who has a subscription of its own, or none. */
function withoutSubscription(notification: RpcNotification): RpcNotification {
  const { [META.subscriptionId]: _id, ...meta } = metaOf(notification.params);
  const { _meta, ...params } = notification.params ?? {};
  const isEmpty = Object.keys(meta).length === 0;
  return { ...notification, params: isEmpty ? params : { ...params, _meta: meta } };
}
