import {
  errorOf,
  type JsonObject,
  resultOf,
  RPC,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  textParam,
} from "../mcp/message.ts";
import { type AttendCall, isEmptyFilter, isWanted } from "./attend.ts";
import { withDeadline } from "./deadline.ts";
import { timeoutFailure, upstreamFailure } from "./failures.ts";
import type { HttpClient } from "./http_client.ts";
import type { LegacyTransport, Listening, SessionOpening } from "./legacy_transport.ts";
import { wishedLevel } from "./log_wishes.ts";
import { NotificationQueue } from "./notification_queue.ts";
import { acknowledge, declares } from "./session_offers.ts";
import { SessionLogLevel } from "./session_log_level.ts";
import { SessionOutside } from "./session_outside.ts";
import { SessionSubscriptions } from "./session_subscriptions.ts";
import { SseSession } from "./sse_session.ts";
import { StreamableSession } from "./streamable_session.ts";
import {
  CONNECT_TIMEOUT_MS,
  NO_SESSION,
  type Recall,
  type ServerGreeting,
  type Unsolicited,
  type UpstreamCall,
} from "./upstream.ts";

/** What a session needs from its surroundings. */
export interface SessionDeps {
  http: HttpClient;
  unsolicited: Unsolicited;
  recall: Recall;
}

/** How long a request that the session itself sends may take. */
const OWN_TIMEOUT_MS = 5_000;

/** A session with a legacy server, and what its owner has set in it. */
export class LegacySession {
  readonly #opening: SessionOpening;
  readonly #transport: LegacyTransport;
  readonly #outside: SessionOutside;
  readonly #logLevel: SessionLogLevel;
  readonly #attended: SessionSubscriptions;
  /** What the owner subscribed to by itself. */
  readonly #subscribed = new Set<string>();
  #attendees = 0;

  private constructor(
    opening: SessionOpening,
    transport: LegacyTransport,
    outside: SessionOutside,
  ) {
    this.#opening = opening;
    this.#transport = transport;
    this.#outside = outside;
    this.#logLevel = new SessionLogLevel(async (level) => {
      await this.#ask("logging/setLevel", { level });
    });
    this.#attended = new SessionSubscriptions(
      async (uri) => this.#subscribed.has(uri) || await this.#ask("resources/subscribe", { uri }),
      async (uri) => {
        if (!this.#subscribed.has(uri)) await this.#ask("resources/unsubscribe", { uri });
      },
    );
  }

  /**
   * Opens a session and repeats in it what its owner has set; `null` when the server does
   * not speak this transport. Throws `upstream_failed`.
   */
  static async open(
    { http, unsolicited, recall }: SessionDeps,
    route: "streamable" | "sse",
    opening: SessionOpening,
    signal: AbortSignal,
  ): Promise<LegacySession | null> {
    const outside = new SessionOutside(opening, unsolicited);
    const Transport = route === "streamable" ? StreamableSession : SseSession;
    const transport = await Transport.open(http, opening, outside, signal);
    if (transport === null) return null;

    const session = new LegacySession(opening, transport, outside);
    if (session.#isOwned) await session.#resume(recall);
    return session;
  }

  /** What the server said of itself. */
  get greeting(): ServerGreeting {
    return this.#transport.greeting;
  }

  /** Whether the server or the network ended it; it is not used again then. */
  get ended(): boolean {
    return this.#transport.ended;
  }

  /** Resolves when it ended. */
  get whenEnded(): Promise<void> {
    return this.#transport.whenEnded;
  }

  /** Sends one request; `null` when the server no longer knows the session. */
  async request(call: UpstreamCall): Promise<RpcResponse | null> {
    const level = wishedLevel(call);
    if (level !== null && this.#declares("logging")) await this.#logLevel.include(level);

    const uri = textParam(call.params, "uri");
    if (call.method === "resources/unsubscribe" && uri !== null) {
      this.#subscribed.delete(uri);
      if (this.#attended.has(uri)) return resultOf(call.id, {});
    }
    const answer = await this.#transport.request(call);
    const isSubscribed = call.method === "resources/subscribe" && answer?.result !== undefined;
    if (isSubscribed && uri !== null) this.#subscribed.add(uri);
    return answer;
  }

  /** Tells the server something, such as of changed roots. Never rejects. */
  async notify(notification: RpcNotification): Promise<void> {
    await this.#transport.notify(notification);
  }

  /** Sets the log level, where the server knows any. Never rejects. */
  async setLogLevel(level: string | null): Promise<void> {
    if (this.#declares("logging")) await this.#logLevel.set(level);
  }

  /**
   * Hears of changes until the caller has heard enough; `null` when the session turns out
   * to be gone already. Throws `upstream_failed` when the server stops telling of them.
   */
  async attend(call: AttendCall): Promise<true | null> {
    const queue = new NotificationQueue((notification) => call.onNotification(notification));
    const held: string[] = [];
    this.#attendees++;

    try {
      using _hearing = this.#outside.hear((notification) => {
        if (isWanted(call.filter, notification)) queue.push(notification);
      });
      return await this.#attend(call, queue, held);
    } catch (error) {
      if (call.signal.aborted) return true;
      throw error;
    } finally {
      queue.close();
      this.#attendees--;
      for (const uri of held) void this.#attended.release(uri);
      if (this.#attendees === 0 && !this.#isOwned) this.#transport.stopListening();
    }
  }

  /** Ends it, and tells the server. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #attend(call: AttendCall, queue: NotificationQueue, held: string[]): Promise<true | null> {
    const listening = await this.#listen(call.signal);
    if (this.ended) return null;
    const offer = listening === null ? {} : await acknowledge(
      this.greeting.capabilities,
      call.filter,
      async (uri) => {
        const isGranted = await this.#attended.hold(uri);
        if (isGranted) held.push(uri);
        return isGranted;
      },
    );
    if (this.ended) return null;

    await call.onReady(offer);
    if (listening === null || isEmptyFilter(offer)) return true;
    queue.open();
    await Promise.race([listening.stopped, this.whenEnded, whenAborted(call.signal)]);
    if (call.signal.aborted) return true;
    throw upstreamFailure(call.target.slug, "connect", "closed its event stream");
  }

  #listen(signal: AbortSignal): Promise<Listening | null> {
    const { slug } = this.#opening.target;
    return withDeadline(
      signal,
      CONNECT_TIMEOUT_MS,
      () => timeoutFailure(slug, CONNECT_TIMEOUT_MS),
      () => this.#transport.listen(),
    );
  }

  /** Whether it belongs to one session of a client, which may hear of things on its own. */
  get #isOwned(): boolean {
    return this.#opening.owner.sessionKey !== NO_SESSION;
  }

  /** Hears the server, and repeats what the owner has set. Never rejects. */
  async #resume(recall: Recall): Promise<void> {
    // Nobody waits for it: many servers have nothing to say.
    this.#transport.listen().catch(() => {});

    try {
      const { logLevel, subscriptions } = await recall(this.#opening.owner);
      const uris = subscriptions.filter(({ serverId }) => serverId === this.#opening.target.id)
        .map(({ uri }) => uri);
      await Promise.all([this.setLogLevel(logLevel), ...uris.map((uri) => this.#restore(uri))]);
    } catch {
      // A session without what was set is better than none.
    }
  }

  async #restore(uri: string): Promise<void> {
    if (!this.#declares("resources", "subscribe")) return;
    if (await this.#ask("resources/subscribe", { uri })) this.#subscribed.add(uri);
  }

  #declares(capability: string, part?: string): boolean {
    return declares(this.greeting.capabilities, capability, part);
  }

  /** Whether the server agreed to what the session itself asks. */
  async #ask(method: string, params: JsonObject): Promise<boolean> {
    const { target, owner } = this.#opening;
    const answer = await this.#transport.request({
      target,
      caller: owner,
      id: `aerostack-${method}`,
      method,
      params,
      paramHeaders: [],
      signal: AbortSignal.timeout(OWN_TIMEOUT_MS),
      timeoutMs: OWN_TIMEOUT_MS,
      isRepeatable: true,
      onNotification: () => {},
      onRequest: (request) => Promise.resolve(answerServerRequest(request)),
    });
    return answer?.result !== undefined;
  }
}

/** The gateway's own answer to what a server asks where no client can be asked. */
export function answerServerRequest(request: RpcRequest): RpcResponse {
  if (request.method === "ping") return resultOf(request.id, {});
  return errorOf(request.id, RPC.methodNotFound, `Method not found: ${request.method}`);
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
