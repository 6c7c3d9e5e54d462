import type { Era } from "../calls/call.ts";
import type { ServerId } from "../ids.ts";
import type { RpcNotification } from "../mcp/message.ts";
import { readPin } from "../servers/protocol_pin.ts";
import type { AttendCall } from "./attend.ts";
import type { CallClock } from "./call_clock.ts";
import type { CallObserver } from "./call_observer.ts";
import { CallPolicy } from "./call_policy.ts";
import { withDeadline } from "./deadline.ts";
import { EraCache } from "./era_cache.ts";
import { timeoutFailure } from "./failures.ts";
import { greetingCall } from "./greeting_call.ts";
import type { HealthNotes } from "./health_notes.ts";
import type { HttpClient } from "./http_client.ts";
import { LegacySession } from "./legacy_session.ts";
import { isOfAnotherEra, modernExchange } from "./modern_exchange.ts";
import { modernClient, ModernGreetings } from "./modern_greetings.ts";
import { modernListen } from "./modern_listen.ts";
import { targetFor } from "./request_headers.ts";
import { notMcp, ServerRoutes } from "./server_routes.ts";
import { sessionVersion } from "./session_messages.ts";
import { SessionPool } from "./session_pool.ts";
import {
  type Caller,
  NO_HEADERS,
  type Recall,
  type Route,
  type ServerGreeting,
  type SessionOwner,
  type Target,
  type Unsolicited,
  type UpstreamAnswer,
  type UpstreamCall,
} from "./upstream.ts";

/** What the connector needs. */
export interface ConnectorDeps {
  http: HttpClient;
  now: () => Date;
  /** Gets what a legacy server says or asks outside of every request. */
  unsolicited: Unsolicited;
  recall: Recall;
  health: HealthNotes;
  /** Follows what is asked; nobody does where a server is only tried out. */
  observer?: CallObserver;
  log: (line: string) => void;
}

/** Whom a connection is made for, and with which server. */
type Connecting = Pick<UpstreamCall, "target" | "caller">;

/**
 * Carries requests to servers, in whichever era and transport each one speaks.
 *
 * A server is spoken to in its caller's era where it can; what it can is found
 * out once and remembered. A request whose session turns out to be gone is sent
 * once more in a new one, since it was not executed.
 */
export class Connector {
  readonly #deps: ConnectorDeps;
  readonly #policy: CallPolicy;
  readonly #routes: ServerRoutes;
  readonly #greetings: ModernGreetings;
  readonly #sessions: SessionPool;
  readonly #closing = new AbortController();

  constructor(deps: ConnectorDeps) {
    const { http, now, health, log } = deps;
    this.#deps = deps;
    this.#policy = new CallPolicy(health, now, log);
    this.#greetings = new ModernGreetings(http, now);
    this.#sessions = new SessionPool(now, undefined, deps.observer?.sessionEnded);
    this.#routes = new ServerRoutes(new EraCache(health, now, log), {
      speaksModern: async (call) => await this.#greetModern(call) !== null,
      opens: (route, call) => this.#opens(route, call),
    });
  }

  /**
   * One request and its answer. Throws `upstream_failed` and `upstream_timeout` with the
   * server's slug, or the signal's reason when the caller took the request back.
   */
  request(call: UpstreamCall): Promise<UpstreamAnswer> {
    const ask = (one: UpstreamCall) =>
      this.#policy.run(one, (timed, clock) => this.#attempt(timed, clock));
    return this.#deps.observer?.ask(call, ask) ?? ask(call);
  }

  /** How a caller's calls will be sent to a server, as far as is known; `null` = not yet. */
  knownRoute(target: Target, era: Era): Route | null {
    return this.#routes.known(target, era);
  }

  /** Whether the server, as far as is known, will be spoken to in the modern era. */
  mayBeModern(target: Target, era: Era): boolean {
    return this.#routes.mayBeModern(target, era);
  }

  /**
   * What a server says about itself: its era, version, name, capabilities and instructions.
   *
   * A legacy server says it to the caller's own session, which is opened when there is none.
   * Throws as {@linkcode Connector.request} does.
   */
  profile(target: Target, caller: Caller, signal: AbortSignal): Promise<ServerGreeting> {
    const call = greetingCall(target, caller, signal);
    return this.#policy.introduce(call, (timed) => this.#greet(timed));
  }

  /**
   * Hears of a server's changes until the signal ends it, the server does so gracefully, or
   * has nothing to offer. Throws `upstream_failed` and `upstream_timeout`.
   */
  attend(call: AttendCall): Promise<void> {
    const target = targetFor(call.target, call.caller);
    return this.#policy.attend({ ...call, target }, (attending) => this.#attend(attending));
  }

  /** Keeps the sessions of a client open that listens, until it is disposed of. */
  hold(owner: SessionOwner): Disposable {
    return this.#sessions.hold(owner);
  }

  /** Tells all servers that a client has a session with something, such as changed roots. */
  notifySessions(owner: SessionOwner, notification: RpcNotification): Promise<void> {
    return this.#sessions.notifyAll(owner, notification);
  }

  /** Sets the log level in all sessions that a client has with servers. */
  setLogLevel(owner: SessionOwner, level: string): Promise<void> {
    return this.#sessions.setLogLevel(owner, level);
  }

  /** Ends what was opened for one session of a member's client, which has ended itself. */
  endSessionsOf(owner: SessionOwner): void {
    this.#sessions.endOf(owner);
  }

  /** Whether a member has sessions with servers. */
  hasSessionsOf(memberId: string): boolean {
    return this.#sessions.hasMember(memberId);
  }

  /** The servers that a member has sessions with. */
  serversOf(memberId: string): ServerId[] {
    return this.#sessions.serversOf(memberId);
  }

  /**
   * Ends those of a member's sessions that were opened with an older address or older
   * secrets of their server than it has now, or whose server is `null` now. Where the member
   * still listens there is a new one, with all that was set and subscribed to in the old.
   */
  renewSessions(memberId: string, now: ReadonlyMap<ServerId, Target | null>): void {
    const ended = this.#sessions.endOfMember(memberId, ({ id, fingerprint }) => {
      const current = now.get(id);
      return current !== undefined && current?.fingerprint !== fingerprint;
    });
    for (const { owner, target: { id } } of ended) {
      const current = now.get(id);
      // What is wrong with the server, the next call will be told.
      if (current) void this.profile(current, owner, this.whenClosed).catch(() => {});
    }
  }

  /** Ends those of a member's sessions that are over; one in use ends with its last use. */
  endSessionsWhere(memberId: string, isOver: (target: Target) => boolean): void {
    this.#sessions.endOfMember(memberId, isOver);
  }

  /** Aborts when the connector is closed, for what is asked in nobody's name. */
  get whenClosed(): AbortSignal {
    return this.#closing.signal;
  }

  /** How many sessions with servers are open. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** The servers that are not called for now, by their slugs. */
  get openBreakers(): string[] {
    return this.#policy.openBreakers;
  }

  /** Ends every session with every server. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("The gateway is closed"));
    await this.#sessions.close();
    await this.#policy.close();
  }

  async #attempt(call: UpstreamCall, clock: CallClock): Promise<UpstreamAnswer> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const route = await this.#routes.find(call);
      const answer = route === "modern"
        ? await this.#askModern(call, clock)
        : await this.#askLegacy(route, call, clock);
      if (answer !== null) return answer;
      await this.#forget(call.target);
    }
    throw notMcp(call.target);
  }

  async #askModern(call: UpstreamCall, clock: CallClock): Promise<UpstreamAnswer | null> {
    const client = modernClient(call.caller);
    clock.sent();
    const { response, status } = await modernExchange(this.#deps.http, { ...call, client });
    const isUsable = response !== null && !isOfAnotherEra(response, status);
    return isUsable ? { response, status, route: "modern" } : null;
  }

  async #askLegacy(
    route: "streamable" | "sse",
    call: UpstreamCall,
    clock: CallClock,
  ): Promise<UpstreamAnswer | null> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await this.#inSession(route, call, (session) => {
        clock.sent();
        return session.request(call);
      });
      if (response !== null) return { response, status: 200, route };
    }
    return null;
  }

  async #greet(call: UpstreamCall): Promise<ServerGreeting> {
    const route = await this.#routes.find(call);
    const greeting = route === "modern"
      ? this.#greetings.find(call.target) ?? await this.#greetModern(call)
      : await this.#inSession(route, call, (session) => Promise.resolve(session.greeting));
    if (greeting !== null) return greeting;

    const isPinned = readPin(call.target.protocol)?.route === "modern";
    if (isPinned) return this.#greetings.assume(call.target);
    await this.#forget(call.target);
    throw notMcp(call.target);
  }

  async #attend(call: AttendCall): Promise<void> {
    const { target, caller } = call;
    const connecting = greetingCall(target, caller, call.signal);
    const route = await this.#routes.find(connecting);
    const isHeard = route === "modern"
      ? await modernListen(this.#deps.http, call, modernClient(caller))
      : await this.#sessions.attend(call, () => this.#open(route, connecting));
    if (isHeard) return;
    await this.#forget(target);
    throw notMcp(target);
  }

  async #forget(target: Target): Promise<void> {
    this.#greetings.forget(target);
    await this.#routes.forget(target);
  }

  async #opens(route: "streamable" | "sse", call: UpstreamCall): Promise<boolean> {
    return await this.#inSession(route, call, () => Promise.resolve(true)) === true;
  }

  #inSession<T>(
    route: "streamable" | "sse",
    call: UpstreamCall,
    use: (session: LegacySession) => Promise<T>,
  ): Promise<T | null> {
    const { target, caller } = lasting(call);
    return this.#sessions.use(target, caller, () => this.#open(route, { target, caller }), use);
  }

  #open(route: "streamable" | "sse", connecting: Connecting): Promise<LegacySession | null> {
    const { target, caller } = connecting;
    const opening = { target, owner: caller, version: sessionVersion(target, caller) };
    return this.#connect(
      connecting,
      (signal) => LegacySession.open(this.#deps, route, opening, signal),
    );
  }

  #greetModern(connecting: Connecting): Promise<ServerGreeting | null> {
    const { target, caller } = connecting;
    return this.#connect(connecting, (signal) => this.#greetings.ask(target, caller, signal));
  }

  /** Runs what others may wait for too, so no single caller's signal or time ends it. */
  #connect<T>({ target }: Connecting, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limitMs = target.timeouts.connectSeconds * 1000;
    const tooLate = () => timeoutFailure(target.slug, limitMs, "connect");
    return withDeadline(this.#closing.signal, limitMs, tooLate, run);
  }
}

/** What a session keeps of the call that opens it, which it outlives. */
function lasting({ target, caller }: Connecting): Connecting {
  return { target, caller: { ...caller, headers: NO_HEADERS } };
}
