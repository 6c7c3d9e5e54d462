import type { ServerId, TokenId } from "../ids.ts";
import type { Era } from "../calls/call.ts";
import type {
  JsonObject,
  RequestId,
  RpcNotification,
  RpcRequest,
  RpcResponse,
} from "../mcp/message.ts";
import type { ClientProfile } from "../mcp/meta.ts";
import type { Plaintext } from "../secrets/plaintext.ts";
import type { InjectionRule } from "../secrets/secret.ts";
import type { ProtocolPin } from "../servers/protocol_pin.ts";
import type { OnLeak } from "../servers/server.ts";
import type { Timeouts } from "../servers/timeouts.ts";

/** The `fetch` that everything outgoing goes through. */
export type Fetch = (input: URL | Request | string, init?: RequestInit) => Promise<Response>;

/** An opened secret and one of the places where it goes. */
export interface Injection {
  /** The secret's name. */
  name: string;
  rule: InjectionRule;
  /** The secret's own value, without what the rule's template puts around it. */
  value: Plaintext;
}

/** A server as an exchange needs it. */
export interface Target {
  id: ServerId;
  slug: string;
  url: URL;
  injections: readonly Injection[];
  /** What is looked for in all that it sends back: those, and what it gets for others. */
  searched: readonly Injection[];
  /**
   * Changes with the URL, the protocol and with every version of a secret, so that nothing
   * that was opened with older ones is used again. Members who are known to the server by
   * secrets of their own differ in it, so nothing of one is given to another.
   */
  fingerprint: string;
  /** What of that is the same for all members: what admins configured. */
  sharedFingerprint: string;
  protocol: ProtocolPin;
  /** How long a whole call may take: `timeouts.totalSeconds`. */
  timeoutMs: number;
  timeouts: Timeouts;
  maxConcurrent: number;
  /** Names of the caller's headers that it gets, in lower case. */
  forwardHeaders: readonly string[];
  /** What happens when it sends back what was injected. */
  onLeak: OnLeak;
  /** Those headers of the call at hand; filled in by the connector. */
  forwarded?: readonly (readonly [name: string, value: string])[];
}

/** On whose behalf a server is called. */
export interface Caller {
  /** The member; sessions of a server are never shared between two of them. */
  memberId: TokenId | "admin" | "gateway";
  /** The client's own session, or one name for all that have none. */
  sessionKey: string;
  era: Era;
  client: ClientProfile;
  /** The headers of the client's request, of which a server's allow list may name some. */
  headers: Headers;
}

/** Whose a session with a server is. */
export type SessionOwner = Pick<Caller, "memberId" | "sessionKey">;

/** What a legacy client said for its whole session, which a new session with a server repeats. */
export interface SessionMemory {
  logLevel: string | null;
  /** Resources by their own URIs at their servers. */
  subscriptions: readonly { serverId: ServerId; uri: string }[];
}

/** Reads what the client of a session said for all of it. */
export type Recall = (owner: SessionOwner) => Promise<SessionMemory>;

/** An empty set of headers, for a caller that came without a request of its own. */
export const NO_HEADERS = new Headers();

/** One request to one server. */
export interface UpstreamCall {
  target: Target;
  caller: Caller;
  /** The caller's own id; its type survives where the server sees it. */
  id: RequestId;
  method: string;
  params: JsonObject | undefined;
  /** `Mcp-Param-*` for a server of the modern era. */
  paramHeaders: readonly [name: string, value: string][];
  /** Aborted when the caller takes the request back. */
  signal: AbortSignal;
  timeoutMs: number;
  /** Whether asking twice does no harm, so that a lost answer may be asked for again. */
  isRepeatable: boolean;
  /**
   * Gets what the server says in the course of this request: progress, under the caller's
   * own token, and log messages.
   */
  onNotification(notification: RpcNotification): void | Promise<void>;
  /**
   * Gets what a legacy server asks of its client in the course of this request, and gives
   * the client's answer. `signal` aborts when the server takes its question back or the
   * request ends. Never rejects.
   */
  onRequest(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse>;
  /**
   * Set by the connector where silence has a limit: to be called with every sign of life in
   * the course of this request. The HTTP client does so for what it is given.
   */
  heard?: () => void;
  /**
   * Set by the connector: the time of this call stands still until `asking` settles, a
   * question to its client that came beside it.
   */
  pauseFor?: (asking: Promise<unknown>) => void;
  /** What goes along as a header beside the trace that its `_meta` names. */
  tracestate?: string | null;
  /** Where a large answer goes while it comes; without it every answer is read whole. */
  large?: LargeAnswers;
}

/** Takes large answers while they come, so that nobody has to hold them. */
export interface LargeAnswers {
  /** Whether one could be taken right now. */
  isWelcome(): boolean;
  /** Takes one, and gives a result that stands for it: what of it the gateway must know. */
  pass(answer: LargeAnswer): Promise<JsonObject>;
}

/** A good JSON-RPC answer on its way. */
export interface LargeAnswer {
  /** Its bytes; throws `upstream_failed` when the server breaks off. */
  chunks: AsyncIterable<Uint8Array>;
  /** The id under which the server was asked. */
  askedId: RequestId;
  route: Route;
}

/** Takes what a legacy server says or asks of its client outside of every request. */
export interface Unsolicited {
  /** Never throws; what nobody can be told is dropped. */
  notify(owner: Caller, target: Target, notification: RpcNotification): void;
  /** Never rejects: a client that cannot be asked is an error answer. */
  ask(
    owner: Caller,
    target: Target,
    request: RpcRequest,
    signal: AbortSignal,
  ): Promise<RpcResponse>;
}

/** How a server is spoken to. */
export type Route = "modern" | "streamable" | "sse";

/** A server's answer, under the caller's request id. */
export interface UpstreamAnswer {
  response: RpcResponse;
  route: Route;
  /** The HTTP status that an answer in the modern era came with; else 200. */
  status: number;
}

/** What a server says about itself when a connection begins. */
export interface ServerGreeting {
  route: Route;
  protocolVersion: string;
  serverInfo: JsonObject;
  capabilities: JsonObject;
  /** How to use it, in its own words. */
  instructions: string | null;
}

/** The longest answer that is read, in characters. */
export const MAX_ANSWER_CHARS = 64 * 1024 * 1024;
