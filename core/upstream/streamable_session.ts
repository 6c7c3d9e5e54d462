import type { GatewayError } from "../errors.ts";
import { RPC, type RpcNotification, type RpcRequest, type RpcResponse } from "../mcp/message.ts";
import type { ClientProfile } from "../mcp/meta.ts";
import { upstreamFailure } from "./failures.ts";
import { discard, type HttpClient } from "./http_client.ts";
import {
  answerServerRequest,
  cancelledNotification,
  INITIALIZED,
  initializeRequest,
  type LegacySession,
  readGreeting,
  relayNotification,
  sessionRequest,
  underCallersId,
} from "./legacy_session.ts";
import { readAnswer } from "./read_answer.ts";
import type { ServerGreeting, Target, UpstreamCall } from "./upstream.ts";

const NOTIFY_TIMEOUT_MS = 5_000;
/** A process that ends waits for it. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A session over Streamable HTTP (2025-03-26 to 2025-11-25, Transports). */
export class StreamableSession implements LegacySession {
  readonly greeting: ServerGreeting;
  readonly #http: HttpClient;
  readonly #target: Target;
  readonly #sessionId: string | null;
  #lastId = 0;
  #ended = false;
  /** Whether the server has answered in this session: a new one is not gone already. */
  #isProven = false;

  private constructor(
    http: HttpClient,
    target: Target,
    greeting: ServerGreeting,
    sessionId: string | null,
  ) {
    this.#http = http;
    this.#target = target;
    this.greeting = greeting;
    this.#sessionId = sessionId;
  }

  /** Opens a session; `null` when the server does not speak this transport. */
  static async open(
    http: HttpClient,
    target: Target,
    client: ClientProfile,
    signal: AbortSignal,
  ): Promise<StreamableSession | null> {
    const request = initializeRequest(client.info);
    const response = await http.send(target, {
      method: "POST",
      headers: JSON_HEADERS,
      body: JSON.stringify(request),
      signal,
    });
    const answer = await readAnswer(response, {
      slug: target.slug,
      id: request.id,
      signal,
      onNotification: () => {},
      onRequest: () => {},
    });

    const greeting = readGreeting(target.slug, "streamable", answer);
    if (greeting === null) return null;

    const sessionId = response.headers.get("mcp-session-id");
    const session = new StreamableSession(http, target, greeting, sessionId);
    await session.#post(INITIALIZED, signal);
    return session;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async request(call: UpstreamCall): Promise<RpcResponse | null> {
    const id = ++this.#lastId;
    const onAbort = () => void this.#postAside(cancelledNotification(id, call.signal.reason));
    call.signal.addEventListener("abort", onAbort);

    try {
      return await this.#exchange(call, id);
    } finally {
      call.signal.removeEventListener("abort", onAbort);
    }
  }

  async #exchange(call: UpstreamCall, id: number): Promise<RpcResponse | null> {
    const response = await this.#http.send(call.target, {
      method: "POST",
      headers: this.#headers(),
      body: JSON.stringify(sessionRequest(call, id)),
      signal: call.signal,
    });
    // Gone: 404 by the specification; some answer 400 to an id that they do not know.
    if (this.#sessionId !== null && response.status === 404) return await this.#end(response);

    const answer = await readAnswer(response, {
      slug: call.target.slug,
      id,
      signal: call.signal,
      onNotification: (notification) => relayNotification(call, id, notification),
      onRequest: (request) => this.#answer(request),
    });
    const isRefused = answer === null || isRefusal(answer, response.status);
    if (isRefused && this.#isProven) {
      this.#ended = true;
      return null;
    }
    // A second refusal will be taken as the session's end.
    this.#isProven = true;
    if (answer === null) throw refused(call.target, response.status);
    return underCallersId(answer, call);
  }

  async #end(response: Response): Promise<null> {
    this.#ended = true;
    await discard(response);
    return null;
  }

  async close(): Promise<void> {
    this.#ended = true;
    if (this.#sessionId === null) return;
    const response = await this.#http.send(this.#target, {
      method: "DELETE",
      headers: this.#headers(),
      signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS),
    });
    await discard(response);
  }

  #headers(): [string, string][] {
    const headers: [string, string][] = [
      ...JSON_HEADERS,
      ["mcp-protocol-version", this.greeting.protocolVersion],
    ];
    if (this.#sessionId !== null) headers.push(["mcp-session-id", this.#sessionId]);
    return headers;
  }

  async #answer(request: RpcRequest): Promise<void> {
    await this.#postAside(answerServerRequest(request));
  }

  /** Posts what has no answer; a failure of it is no failure of the call. */
  async #postAside(message: RpcNotification | RpcResponse): Promise<void> {
    try {
      await this.#post(message, AbortSignal.timeout(NOTIFY_TIMEOUT_MS));
    } catch {
      // The call itself will show what is wrong with the server.
    }
  }

  async #post(message: RpcNotification | RpcResponse, signal: AbortSignal): Promise<void> {
    const response = await this.#http.send(this.#target, {
      method: "POST",
      headers: this.#headers(),
      body: JSON.stringify(message),
      signal,
    });
    await discard(response);
  }
}

const JSON_HEADERS: [string, string][] = [
  ["content-type", "application/json"],
  ["accept", "application/json, text/event-stream"],
];

function refused(target: Target, status: number): GatewayError {
  return upstreamFailure(target.slug, "http", `answered HTTP ${status}`);
}

/** Nothing that a call in a session is answered with: the server restarted, or changed. */
function isRefusal({ id, error }: RpcResponse, status: number): boolean {
  if (status !== 400) return false;
  return id === undefined || id === null || error?.code === RPC.unsupportedVersion;
}
