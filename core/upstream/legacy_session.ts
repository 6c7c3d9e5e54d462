import { errorOf, type JsonObject, resultOf, RPC, textParam } from "../mcp/message.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { NO_SESSION } from "../sessions/session.ts";
import type { AttendCall } from "./attend.ts";
import type { HttpClient } from "./http_client.ts";
import type { LegacyTransport, SessionOpening } from "./legacy_transport.ts";
import { mayBeAsked, wishedLevel } from "./call_wishes.ts";
import { pause } from "../pause.ts";
import { SessionAttendance } from "./session_attendance.ts";
import { SessionLogLevel } from "./session_log_level.ts";
import { declares } from "./session_offers.ts";
import { SessionOutside } from "./session_outside.ts";
import { SseSession } from "./sse_session.ts";
import { StreamableSession } from "./streamable_session.ts";
import type { Recall, ServerGreeting } from "./upstream.ts";
import type { Unsolicited, UpstreamCall } from "./upstream.ts";

/** What a session needs from its surroundings. */
export interface SessionDeps {
  http: HttpClient;
  unsolicited: Unsolicited;
  recall: Recall;
}

/** How long a request that the session itself sends may take. */
const OWN_TIMEOUT_MS = 5_000;
/** How long the first call waits until what was set holds again. */
const RESTORE_WAIT_MS = 2_000;
/** How long a call waits for the stream on which its server may speak of it. */
const LISTEN_WAIT_MS = 1_000;

/** A session with a legacy server, and what its owner has set in it. */
export class LegacySession {
  readonly #opening: SessionOpening;
  readonly #transport: LegacyTransport;
  readonly #attendance: SessionAttendance;
  readonly #logLevel: SessionLogLevel;
  /** Settles when the server's stream was waited for; `null` = nobody needs it yet. */
  #hearing: Promise<void> | null = null;

  private constructor(
    opening: SessionOpening,
    transport: LegacyTransport,
    outside: SessionOutside,
  ) {
    this.#opening = opening;
    this.#transport = transport;
    this.#attendance = new SessionAttendance({
      transport,
      outside,
      listensAnyway: () => this.#hearing !== null,
      ask: (method, params) => this.#ask(method, params),
    });
    this.#logLevel = new SessionLogLevel(async (level) => {
      await this.#ask("logging/setLevel", { level });
    });
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
    if (session.#isOwned) await session.#begin(recall);
    if (!signal.aborted) return session;
    // Whoever waited for it has left, so nobody would ever close it.
    await session.close().catch(() => {});
    throw signal.reason;
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
    await this.#prepare(call);

    const uri = textParam(call.params, "uri");
    const isUnsubscribing = call.method === "resources/unsubscribe" && uri !== null;
    if (isUnsubscribing && this.#attendance.giveUp(uri)) return resultOf(call.id, {});

    const answer = await this.#transport.request(call);
    const isSubscribed = call.method === "resources/subscribe" && answer?.result !== undefined;
    if (isSubscribed && uri !== null) this.#attendance.keep(uri);
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
  attend(call: AttendCall): Promise<true | null> {
    return this.#attendance.attend(call);
  }

  /** Ends it, and tells the server. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Whether it belongs to one session of a client, which may hear of things on its own. */
  get #isOwned(): boolean {
    return this.#opening.owner.sessionKey !== NO_SESSION;
  }

  /** Hears the server, and repeats what the owner has set. Never rejects. */
  async #begin(recall: Recall): Promise<void> {
    void this.#listen();
    await atMost(RESTORE_WAIT_MS, this.#restore(recall));
  }

  /** Sees to it that what the server will say in the course of a call is heard. */
  async #prepare(call: UpstreamCall): Promise<void> {
    const level = this.#declares("logging") ? wishedLevel(call) : null;
    if (level !== null) await this.#logLevel.include(level);
    if (level !== null || this.#isOwned || mayBeAsked(call)) await this.#listen();
  }

  /** Opens the server's stream unless it is open; waits once for that. Never rejects. */
  async #listen(): Promise<void> {
    const listening = this.#transport.listen().catch(() => {});
    this.#hearing ??= atMost(LISTEN_WAIT_MS, listening);
    await this.#hearing;
  }

  async #restore(recall: Recall): Promise<void> {
    try {
      const { logLevel, subscriptions } = await recall(this.#opening.owner);
      const uris = subscriptions.filter(({ serverId }) => serverId === this.#opening.target.id)
        .map(({ uri }) => uri);
      const subscribing = uris.map((uri) => this.#subscribe(uri));
      await Promise.all([this.setLogLevel(logLevel), ...subscribing]);
    } catch {
      // A session without what was set is better than none.
    }
  }

  async #subscribe(uri: string): Promise<void> {
    if (!this.#declares("resources", "subscribe")) return;
    if (await this.#ask("resources/subscribe", { uri })) this.#attendance.keep(uri);
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

/** Waits for something that never rejects, but not for ever. */
async function atMost(longestMs: number, done: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([done, pause(longestMs, waiting.signal)]);
  waiting.abort();
}

/** The gateway's own answer to what a server asks where no client can be asked. */
export function answerServerRequest(request: RpcRequest): RpcResponse {
  if (request.method === "ping") return resultOf(request.id, {});
  return errorOf(request.id, RPC.methodNotFound, `Method not found: ${request.method}`);
}
