import { newServerId, type ServerId, TokenId } from "../../core/ids.ts";
import type {
  JsonObject,
  RpcNotification,
  RpcRequest,
  RpcResponse,
} from "../../core/mcp/message.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { DEFAULT_TIMEOUTS } from "../../core/servers/timeouts.ts";
import type { AttendCall } from "../../core/upstream/attend.ts";
import type { LeakWatch } from "../../core/upstream/echo_guard.ts";
import { HttpClient } from "../../core/upstream/http_client.ts";
import { LegacySession } from "../../core/upstream/legacy_session.ts";
import { sessionVersion } from "../../core/upstream/session_messages.ts";
import { SessionPool } from "../../core/upstream/session_pool.ts";
import {
  type Caller,
  NO_HEADERS,
  type SessionMemory,
  type Target,
  type UpstreamCall,
} from "../../core/upstream/upstream.ts";

/** What arrived outside of calls. */
export interface Unasked {
  notifications: RpcNotification[];
  requests: RpcRequest[];
  /** What is answered to a request; echoes its message unless a test sets it. */
  answer: (request: RpcRequest, signal: AbortSignal) => Promise<RpcResponse>;
}

/** A pool of sessions with one server. */
export interface TestSessions extends AsyncDisposable {
  pool: SessionPool;
  target: Target;
  unasked: Unasked;
  memory: SessionMemory;
  advance(delayMs: number): void;
  /** Sends a request as the connector does: once more when the session is gone. */
  call(method: string, params?: JsonObject, more?: Partial<UpstreamCall>): Promise<RpcResponse>;
  /** Calls a tool and gives the text of its result. */
  tool(name: string, args?: JsonObject, more?: Partial<UpstreamCall>): Promise<string>;
  attend(call: Pick<AttendCall, "filter"> & Partial<AttendCall>): Promise<boolean>;
}

/** A legacy client with a session of its own. */
export function legacyCaller(more: Partial<Caller> = {}): Caller {
  return {
    memberId: TokenId.parse(`tok_${"a".repeat(20)}`),
    sessionKey: "session-1",
    era: "legacy",
    client: {
      protocolVersion: "2025-11-25",
      info: { name: "test", version: "1" },
      capabilities: { elicitation: {} },
    },
    headers: NO_HEADERS,
    ...more,
  };
}

/** A modern client, which has no session. */
export function modernCaller(): Caller {
  const info = { name: "test", version: "1" };
  const client = { protocolVersion: "2026-07-28", info, capabilities: { elicitation: {} } };
  return legacyCaller({ sessionKey: "none", era: "modern", client });
}

/** The server at this URL, as an exchange needs it. */
export function targetAt(url: string, id: ServerId = newServerId()): Target {
  return {
    id,
    slug: "notes",
    url: new URL(url),
    injections: [],
    searched: [],
    fingerprint: JSON.stringify([id, url]),
    sharedFingerprint: JSON.stringify([id, url]),
    protocol: "auto",
    timeoutMs: 10_000,
    timeouts: DEFAULT_TIMEOUTS,
    maxConcurrent: 100,
    forwardHeaders: [],
    onLeak: "redact",
  };
}

/** Sessions with the server at this URL. */
export function sessionsWith(
  url: string,
  { route = "streamable", limits, http = testHttp() }: {
    route?: "streamable" | "sse";
    limits?: { perProcess: number; perMember: number };
    http?: HttpClient;
  } = {},
): TestSessions {
  let nowMs = 0;
  const target = targetAt(url);
  const pool = new SessionPool(() => new Date(nowMs), limits);
  const unasked: Unasked = {
    notifications: [],
    requests: [],
    answer: (request) => Promise.resolve(answerOf(request, "outside")),
  };
  const sessions: TestSessions = {
    pool,
    target,
    unasked,
    memory: { logLevel: null, subscriptions: [] },
    advance: (delayMs) => void (nowMs += delayMs),
    call,
    async tool(name, args = {}, more = {}) {
      const { result, error } = await call("tools/call", { name, arguments: args }, more);
      const content = result?.content as { text: string }[] | undefined;
      return content?.[0].text ?? `error: ${error?.message}`;
    },
    attend(call) {
      const whole = {
        target,
        caller: modernCaller(),
        signal: new AbortController().signal,
        onReady: () => {},
        onNotification: () => {},
        ...call,
      };
      return pool.attend(whole, () => open(whole.target, whole.caller));
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };

  const deps = {
    http,
    unsolicited: {
      notify: (_owner: Caller, _target: Target, notification: RpcNotification) =>
        void unasked.notifications.push(notification),
      ask(_owner: Caller, _target: Target, request: RpcRequest, signal: AbortSignal) {
        unasked.requests.push(request);
        return unasked.answer(request, signal);
      },
    },
    recall: () => Promise.resolve(sessions.memory),
  };

  function open(at: Target, owner: Caller) {
    const opening = { target: at, owner, version: sessionVersion(at, owner) };
    return LegacySession.open(deps, route, opening, new AbortController().signal);
  }

  async function call(
    method: string,
    params?: JsonObject,
    more: Partial<UpstreamCall> = {},
  ): Promise<RpcResponse> {
    const whole: UpstreamCall = {
      target,
      caller: legacyCaller(),
      id: "callers-id",
      method,
      params,
      paramHeaders: [],
      signal: new AbortController().signal,
      timeoutMs: 10_000,
      isRepeatable: false,
      onNotification: () => {},
      onRequest: (request) => Promise.resolve(answerOf(request, "in the call")),
      ...more,
    };
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await pool.use(
        whole.target,
        whole.caller,
        () => open(whole.target, whole.caller),
        (session) => session.request(whole),
      );
      if (answer !== null) return answer;
    }
    throw new Error("There is no session");
  }

  return sessions;
}

/** Nobody is told of what servers send back. */
export const NOBODY_WATCHES: LeakWatch = { seen: () => Promise.resolve() };

/** The client of the product's outgoing requests, with loopback allowed. */
export function testHttp(): HttpClient {
  return new HttpClient(fetch, new AddressRules({ allowPrivate: true }), NOBODY_WATCHES);
}

/** An answer to a server's question that says where it was given. */
export function answerOf(request: RpcRequest, where: string): RpcResponse {
  return { jsonrpc: "2.0", id: request.id, result: { action: "accept", content: { where } } };
}
