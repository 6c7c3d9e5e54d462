import type { Era } from "../calls/call.ts";
import type { GatewayError } from "../errors.ts";
import {
  isObject,
  type JsonObject,
  type RpcNotification,
  type RpcResponse,
  textParam,
} from "../mcp/message.ts";
import { NEWEST_MODERN } from "../mcp/versions.ts";
import { type ClientProfile, META, metaOf } from "../mcp/meta.ts";
import type { ServerHealthStore } from "../servers/server_health_store.ts";
import type { AttendCall } from "./attend.ts";
import { withDeadline } from "./deadline.ts";
import { EraCache } from "./era_cache.ts";
import { timeoutFailure, upstreamFailure } from "./failures.ts";
import type { HttpClient } from "./http_client.ts";
import { answerServerRequest, type LegacySession } from "./legacy_session.ts";
import { discover, isOfAnotherEra, modernExchange } from "./modern_exchange.ts";
import { SessionPool } from "./session_pool.ts";
import { SseSession } from "./sse_session.ts";
import { StreamableSession } from "./streamable_session.ts";
import {
  type Caller,
  CONNECT_TIMEOUT_MS,
  type Recall,
  type Route,
  type ServerGreeting,
  type SessionOwner,
  type Target,
  type Unsolicited,
  type UpstreamAnswer,
  type UpstreamCall,
} from "./upstream.ts";

/** What a modern server greets with, for {@linkcode Connector.greet}. */
const MODERN_GREETING = { route: "modern", protocolVersion: NEWEST_MODERN } as const;

/** What the connector needs. */
export interface ConnectorDeps {
  http: HttpClient;
  now: () => Date;
  /** Gets what a legacy server says or asks outside of every request. */
  unsolicited: Unsolicited;
  recall: Recall;
  health: ServerHealthStore;
  log: (line: string) => void;
}

/**
 * Carries requests to servers, in whichever era and transport each one speaks.
 *
 * A server is spoken to in its caller's era where it can; what it can is found
 * out once and remembered. A request whose session turns out to be gone is sent
 * once more in a new one, since it was not executed.
 */
export class Connector {
  readonly #http: HttpClient;
  readonly #eras: EraCache;
  readonly #sessions: SessionPool;
  readonly #probes = new Map<string, Promise<boolean>>();

  constructor({ http, now }: ConnectorDeps) {
    this.#http = http;
    this.#eras = new EraCache(now);
    this.#sessions = new SessionPool(now);
  }

  /**
   * One request and its answer. Throws `upstream_failed` and `upstream_timeout` with the
   * server's slug, or the signal's reason when the caller took the request back.
   */
  request(call: UpstreamCall): Promise<UpstreamAnswer> {
    const { target, signal, timeoutMs } = call;
    return withDeadline(
      signal,
      timeoutMs,
      () => timeoutFailure(target.slug, timeoutMs),
      (bounded) => this.#attempt({ ...call, signal: bounded }),
    );
  }

  /** Whether the server, as far as is known, will be spoken to in the modern era. */
  mayBeModern(target: Target, era: Era): boolean {
    const known = this.#eras.get(target);
    return era === "modern" ? known.modern !== false : known.legacy === "none";
  }

  /**
   * What a server says about itself: its era, version, name, capabilities and instructions.
   *
   * A legacy server says it to the caller's own session, which is opened when there is none.
   */
  async profile(target: Target, caller: Caller, signal: AbortSignal): Promise<ServerGreeting> {
    signal.throwIfAborted();
    const call = greetingCall(target, caller, signal);
    const route = await this.#route(call);
    if (route === "modern") return await this.#modernGreeting(call);

    const greeting = await this.#sessions.use(
      call.target,
      call.caller,
      () => this.#open(route, call),
      (session) => Promise.resolve(session.greeting),
    );
    if (greeting === null) throw notMcp(call.target);
    return greeting;
  }

  /**
   * Hears of a server's changes until the signal ends it, the server does so gracefully, or
   * has nothing to offer. Throws `upstream_failed` and `upstream_timeout`.
   */
  async attend(call: AttendCall): Promise<void> {
    await call.onReady({});
  }

  /** Keeps a session's connections open, also while nothing is asked on them. */
  hold(_owner: SessionOwner): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  /** Tells every server that a session is connected to, such as of changed roots. */
  notifySessions(_owner: SessionOwner, _notification: RpcNotification): Promise<void> {
    return Promise.resolve();
  }

  /** Sets the log level of a session at every server that it is connected to. */
  setLogLevel(_owner: SessionOwner, _level: string): Promise<void> {
    return Promise.resolve();
  }

  /** Ends what was opened for one session of a member's client, which has ended itself. */
  endSessionsOf(owner: SessionOwner): void {
    this.#sessions.endOf(owner);
  }

  /** Ends every session with every server. */
  async close(): Promise<void> {
    await this.#sessions.close();
  }

  async #attempt(call: UpstreamCall): Promise<UpstreamAnswer> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const route = await this.#route(call);
      const answer = route === "modern"
        ? await this.#askModern(call)
        : await this.#askLegacy(route, call);
      if (answer !== null) return answer;
    }
    throw notMcp(call.target);
  }

  async #askModern(call: UpstreamCall): Promise<UpstreamAnswer | null> {
    const client = modernClient(call);
    const { response, status } = await modernExchange(this.#http, { ...call, client });
    if (response !== null && !isOfAnotherEra(response, status)) {
      return { response, status, route: "modern" };
    }

    this.#eras.forget(call.target);
    return null;
  }

  async #askLegacy(
    route: "streamable" | "sse",
    call: UpstreamCall,
  ): Promise<UpstreamAnswer | null> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await this.#sessions.use(
        call.target,
        call.caller,
        () => this.#open(route, call),
        (session) => session.request(call),
      );
      if (response !== null) return { response, status: 200, route };
    }

    this.#eras.forget(call.target);
    return null;
  }

  /** Which way to speak to a server: its caller's era where it can, else the other. */
  async #route(call: UpstreamCall): Promise<Route> {
    const found = call.caller.era === "modern"
      ? await this.#isModern(call) ? "modern" : await this.#legacyRoute(call)
      : await this.#legacyRoute(call, () => this.#isModern(call));
    if (found !== null) return found;
    if (await this.#isModern(call)) return "modern";
    throw notMcp(call.target);
  }

  async #isModern(call: UpstreamCall): Promise<boolean> {
    const known = this.#eras.get(call.target).modern;
    if (known !== null) return known;

    const { fingerprint } = call.target;
    const underWay = this.#probes.get(fingerprint);
    if (underWay !== undefined) return await underWay;

    const probe = this.#probe(call).finally(() => this.#probes.delete(fingerprint));
    this.#probes.set(fingerprint, probe);
    return await probe;
  }

  async #probe(call: UpstreamCall): Promise<boolean> {
    const modern = await this.#discover(call) !== null;
    this.#eras.learn(call.target, { modern });
    return modern;
  }

  /**
   * How a server speaks the legacy era, or `null` when it does not.
   *
   * The oldest transport is tried last, and only where nothing newer answers.
   */
  async #legacyRoute(
    call: UpstreamCall,
    speaksModern: () => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<"streamable" | "sse" | null> {
    const known = this.#eras.get(call.target).legacy;
    if (known !== null) return known === "none" ? null : known;

    const found = await this.#opens("streamable", call)
      ? "streamable"
      : await speaksModern()
      ? "none"
      : await this.#opens("sse", call)
      ? "sse"
      : null;
    if (found === null) {
      // Nothing that was seen of it holds for long: it may just be starting.
      this.#eras.forget(call.target);
      throw notMcp(call.target);
    }
    this.#eras.learn(call.target, { legacy: found });
    return found === "none" ? null : found;
  }

  async #opens(route: "streamable" | "sse", call: UpstreamCall): Promise<boolean> {
    const opened = await this.#sessions.use(
      call.target,
      call.caller,
      () => this.#open(route, call),
      () => Promise.resolve(true),
    );
    return opened === true;
  }

  #open(route: "streamable" | "sse", call: UpstreamCall): Promise<LegacySession | null> {
    const Session = route === "streamable" ? StreamableSession : SseSession;
    return this.#connect<LegacySession | null>(
      call,
      (signal) => Session.open(this.#http, call.target, call.caller.client, signal),
    );
  }

  #discover(call: UpstreamCall): Promise<RpcResponse | null> {
    return this.#connect(
      call,
      (signal) => discover(this.#http, call.target, modernClient(call), signal),
    );
  }

  async #modernGreeting(call: UpstreamCall): Promise<ServerGreeting> {
    const response = await this.#discover(call);
    const result = response?.result ?? {};
    return {
      ...MODERN_GREETING,
      serverInfo: asObject(metaOf(result)[META.serverInfo]),
      capabilities: asObject(result.capabilities),
      instructions: textParam(result, "instructions"),
    };
  }

  /** Runs what others may wait for too, so no single caller's signal ends it. */
  #connect<T>(call: UpstreamCall, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeoutMs = Math.min(CONNECT_TIMEOUT_MS, call.timeoutMs);
    const never = new AbortController().signal;
    return withDeadline(never, timeoutMs, () => timeoutFailure(call.target.slug, timeoutMs), run);
  }
}

/** What opens a session or asks for a greeting; it is never sent itself. */
function greetingCall(target: Target, caller: Caller, signal: AbortSignal): UpstreamCall {
  return {
    target,
    caller,
    id: "aerostack-greeting",
    method: "ping",
    params: undefined,
    paramHeaders: [],
    signal,
    timeoutMs: target.timeoutMs,
    isRepeatable: true,
    onNotification: () => {},
    onRequest: (request) => Promise.resolve(answerServerRequest(request)),
  };
}

/** Capabilities of a legacy caller are not declared: its server could not use them. */
function modernClient({ caller }: UpstreamCall): ClientProfile {
  return caller.era === "modern" ? caller.client : { ...caller.client, capabilities: {} };
}

function notMcp(target: Target): GatewayError {
  return upstreamFailure(
    target.slug,
    "protocol",
    "does not speak MCP at this address: it answered neither server/discover, nor initialize, " +
      "nor opened an event stream",
  );
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
