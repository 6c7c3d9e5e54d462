import type { Config } from "../config.ts";
import { GatewayError } from "../errors.ts";
import { errorOf, MAX_BATCH, type Message, parseMessages, RPC } from "../mcp/message.ts";
import { isModernVersion } from "../mcp/versions.ts";
import { SESSION_NOT_FOUND } from "./callers.ts";
import { ClientMessages } from "./client_messages.ts";
import { type Endpoint, endpointAt } from "./endpoint.ts";
import { checkContentType, checkOrigin, readAccept, readBody } from "./http_guard.ts";
import { ListeningStreams } from "./listening_streams.ts";
import { Posts } from "./posts.ts";
import { ReplayStreams } from "./replay_streams.ts";
import { errorResponse, faultResponse } from "./rpc_reply.ts";
import { SessionEnds } from "./session_ends.ts";
import { SseStreams, type SseStreamsDeps } from "./sse_streams.ts";

/** What the gateway makes itself. */
type OwnParts = "closing" | "listening" | "messages" | "replays";

/** What the gateway is made of. */
export interface GatewayDeps extends Omit<SseStreamsDeps, OwnParts> {
  config: Config;
}

/** A body that takes longer may outlive the token that it came with. */
const SLOW_BODY_MS = 100;

/**
 * The MCP endpoints of every workspace, from request to reply.
 *
 * One URL serves every transport: a POST is Streamable HTTP of either era, or belongs
 * to the stream that its query names; a GET with a session id listens, one without
 * opens a stream of the oldest transport; a DELETE ends a session.
 */
export class Gateway {
  readonly #deps: GatewayDeps;
  readonly #replays: ReplayStreams;
  readonly #listening: ListeningStreams;
  readonly #posts: Posts;
  readonly #sse: SseStreams;
  readonly #ends: SessionEnds;
  readonly #closing = new AbortController();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#replays = new ReplayStreams(deps.mail);
    const replays = this.#replays;
    this.#listening = new ListeningStreams({ ...deps, replays });
    const parts = {
      ...deps,
      closing: this.#closing.signal,
      listening: this.#listening,
      messages: new ClientMessages(deps),
      replays,
    };
    this.#posts = new Posts(parts);
    this.#sse = new SseStreams(parts);
    this.#ends = new SessionEnds(parts);
    deps.states.onChanged((owner, { logLevel }) => {
      if (logLevel !== null) void deps.connector.setLogLevel(owner, logLevel).catch(() => {});
    });
  }

  /**
   * Answers a request to a workspace's endpoint, or to that of one of its servers alone.
   * Never rejects.
   */
  async handle(req: Request, slug: string, server: string | null = null): Promise<Response> {
    try {
      checkOrigin(this.#deps.config, req.headers.get("origin"));
      const endpoint = await this.#enter(req, slug, server);
      if (this.#closing.signal.aborted) {
        throw new GatewayError("shutting_down", "Refused while closing");
      }
      return await this.#route(req, endpoint);
    } catch (error) {
      return errorResponse(error, this.#deps.log);
    }
  }

  /** Takes no more requests, ends the streams, and waits for what runs, up to a time. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    const deadlineMs = performance.now() + graceMs;
    while (this.#deps.inFlight.size > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#deps.openStreams.close();
    this.#deps.tokenEnds.close();
    this.#deps.held.close();
    this.#deps.attendances.close();
    this.#deps.listChanges.close();
    this.#deps.watches.close();
    this.#replays.close();
    this.#deps.lines.close();
    this.#deps.inFlight.close();
    this.#deps.mail.close();
  }

  async #enter(req: Request, slug: string, server: string | null): Promise<Endpoint> {
    const { authority } = this.#deps;
    const access = await authority.authenticate(slug, req.headers.get("authorization"));
    return endpointAt(slug, access, server);
  }

  async #route(req: Request, endpoint: Endpoint): Promise<Response> {
    const version = req.headers.get("mcp-protocol-version");
    // The modern era has no other methods (2026-07-28, Streamable HTTP).
    if (version !== null && isModernVersion(version) && req.method !== "POST") {
      return new Response(null, { status: 405, headers: { allow: "POST" } });
    }

    switch (req.method) {
      case "POST":
        return await this.#post(req, endpoint);
      case "GET":
        return await this.#get(req, endpoint);
      case "DELETE":
        return await this.#delete(req, endpoint);
      default:
        return new Response(null, { status: 405, headers: { allow: "GET, POST, DELETE" } });
    }
  }

  async #post(req: Request, letIn: Endpoint): Promise<Response> {
    const { headers } = req;
    checkContentType(headers.get("content-type"));
    readAccept(headers.get("accept"));
    const startedMs = performance.now();
    const body = await readBody(req);
    // Else a body that trickles in would carry its access across a revocation.
    const isSlow = performance.now() - startedMs > SLOW_BODY_MS;
    const { slug, scope } = letIn;
    const endpoint = isSlow ? await this.#enter(req, slug, scope.server) : letIn;
    const content = parseBody(body);
    if (content instanceof Response) return content;

    const stream = streamIn(req.url);
    if (stream === null) return await this.#posts.answer({ endpoint, headers, body, content });
    if (Array.isArray(content)) {
      return refuse(RPC.invalidRequest, "Invalid request: HTTP+SSE takes one message per POST");
    }
    await this.#sse.post(endpoint, stream, body);
    return new Response("Accepted", { status: 202 });
  }

  async #get(req: Request, endpoint: Endpoint): Promise<Response> {
    const { headers } = req;
    if (!readAccept(headers.get("accept")).stream) {
      throw new GatewayError("not_acceptable", "A GET is answered with an event stream only");
    }

    const sessionId = headers.get("mcp-session-id");
    if (sessionId === null) return await this.#sse.open(endpoint, new URL(req.url).pathname);
    const { access, scope } = endpoint;
    const session = await this.#deps.sessions.find(sessionId, access, scope.server);
    if (session === null) return faultResponse(undefined, SESSION_NOT_FOUND);
    return await this.#listening.open(endpoint, session, headers);
  }

  async #delete(req: Request, { access, scope }: Endpoint): Promise<Response> {
    const sessionId = req.headers.get("mcp-session-id");
    const session = sessionId === null
      ? null
      : await this.#deps.sessions.find(sessionId, access, scope.server);
    if (session === null) return faultResponse(undefined, SESSION_NOT_FOUND);
    await this.#ends.end(session);
    return new Response(null, { status: 204 });
  }
}

/** Reads a body as one JSON-RPC message or a batch, or says what it is instead. */
function parseBody(body: string): Message | Message[] | Response {
  const content = parseMessages(body);
  if (content !== null) return content;

  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refuse(RPC.parseError, "Parse error: the body is not JSON");
  }
  const what = Array.isArray(value)
    ? `a batch holds 1 to ${MAX_BATCH} JSON-RPC 2.0 messages and nothing else`
    : "the body is not a JSON-RPC 2.0 message";
  return refuse(RPC.invalidRequest, `Invalid request: ${what}`);
}

/** The stream that a POST of the HTTP+SSE transport names; hardly any request has one. */
function streamIn(url: string): string | null {
  return url.includes("?") ? new URL(url).searchParams.get("stream") : null;
}

function refuse(code: number, message: string): Response {
  return Response.json(errorOf(undefined, code, message), { status: 400 });
}
