import type { Config } from "../config.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import type { Signals } from "../kv/signals.ts";
import { JsonTooDeep, MAX_JSON_DEPTH } from "../mcp/json_lexer.ts";
import { errorOf, MAX_BATCH, type Message, parseMessages, RPC } from "../mcp/message.ts";
import { isModernVersion } from "../mcp/versions.ts";
import type { Counter } from "../telemetry/metrics.ts";
import type { Access } from "./authority.ts";
import { ClientMessages } from "./client_messages.ts";
import { type Endpoint, endpointAt, scopeOf } from "./endpoint.ts";
import { checkContentType, checkOrigin, readAccept, readBody } from "./http_guard.ts";
import { ListeningStreams } from "./listening_streams.ts";
import { MemberEnds } from "./member_ends.ts";
import { Posts } from "./posts.ts";
import { ReplayStreams } from "./replay_streams.ts";
import { recordRefusal } from "./refusal_record.ts";
import { Refused, sessionNotFound } from "./refused.ts";
import { errorResponse } from "./rpc_reply.ts";
import { SessionEnds } from "./session_ends.ts";
import { SseStreams, type SseStreamsDeps } from "./sse_streams.ts";

/** What the gateway makes itself. */
type OwnParts = "closing" | "listening" | "memberEnds" | "messages" | "replays";

/** What the gateway is made of. */
export interface GatewayDeps extends Omit<SseStreamsDeps, OwnParts> {
  config: Config;
  signals: Signals;
  /** Counts what is refused here, by the code of its error. */
  refused: Counter;
}

/** How long what is broken off at the end may take until it is on the record. */
const RECORD_MS = 500;

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
  readonly #memberEnds: MemberEnds;
  readonly #closing = new AbortController();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#replays = new ReplayStreams(deps.mail);
    const replays = this.#replays;
    const memberEnds = this.#memberEnds = new MemberEnds({ ...deps, replays });
    this.#listening = new ListeningStreams({ ...deps, replays, memberEnds });
    const parts = {
      ...deps,
      closing: this.#closing.signal,
      listening: this.#listening,
      memberEnds,
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
   * Never rejects. `address` is the client's; `null` where it is not known.
   */
  async handle(
    req: Request,
    slug: string,
    server: string | null = null,
    address: string | null = null,
  ): Promise<Response> {
    const { config, authority, now, log } = this.#deps;
    const arrivedAt = now();
    const startedMs = performance.now();
    const bearer = req.headers.get("authorization");
    const letIn = () => authority.authenticate(slug, bearer, address);
    let access: Access;
    try {
      checkOrigin(config, req.headers.get("origin"));
      access = await letIn();
    } catch (error) {
      this.#deps.refused.add([asGatewayError(error).code]);
      return errorResponse(error, log);
    }

    try {
      if (this.#closing.signal.aborted) {
        throw new GatewayError("shutting_down", "Refused while closing");
      }
      const enter = async () => endpointAt(slug, await letIn(), server);
      return await this.#route(req, endpointAt(slug, access, server), enter);
    } catch (error) {
      this.#deps.refused.add([asGatewayError(error).code]);
      // What ended meanwhile was refused by its token, and is on the record.
      if (asGatewayError(error).code === "unauthorized") return errorResponse(error, log);
      const refused = Refused.of(error, [], log);
      const request = {
        access,
        scope: scopeOf(server),
        httpMethod: req.method,
        arrivedAt,
        durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
        bytesIn: declaredBytes(req.headers),
        bytesOut: (await refused.response.clone().bytes()).length,
      };
      return await recordRefusal(this.#deps.callLog, refused, request)
        .then(() => refused.response, (failed) => errorResponse(failed, log));
    }
  }

  /**
   * Takes no more requests, ends the streams, and waits for what runs, up to a time. What runs
   * on is broken off, and is on the record, too.
   */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    const { inFlight } = this.#deps;
    await inFlight.idle(graceMs);
    inFlight.close();
    await inFlight.idle(RECORD_MS);
    this.#deps.openStreams.close();
    this.#deps.tokenEnds.close();
    this.#memberEnds.close();
    this.#deps.held.close();
    this.#deps.attendances.close();
    this.#deps.listChanges.close();
    this.#deps.watches.close();
    this.#replays.close();
    this.#deps.lines.close();
    this.#deps.mail.close();
  }

  async #route(
    req: Request,
    endpoint: Endpoint,
    enter: () => Promise<Endpoint>,
  ): Promise<Response> {
    const version = req.headers.get("mcp-protocol-version");
    // The modern era has no other methods (2026-07-28, Streamable HTTP).
    if (version !== null && isModernVersion(version) && req.method !== "POST") {
      throw notAllowed("POST");
    }

    switch (req.method) {
      case "POST":
        return await this.#post(req, endpoint, enter);
      case "GET":
        return await this.#get(req, endpoint);
      case "DELETE":
        return await this.#delete(req, endpoint);
      default:
        throw notAllowed("GET, POST, DELETE");
    }
  }

  async #post(
    req: Request,
    letIn: Endpoint,
    enter: () => Promise<Endpoint>,
  ): Promise<Response> {
    const { headers } = req;
    checkContentType(headers.get("content-type"));
    readAccept(headers.get("accept"));
    const startedMs = performance.now();
    const body = await readBody(req);
    // Else a body that trickles in would carry its access across a revocation.
    const isSlow = performance.now() - startedMs > SLOW_BODY_MS;
    const endpoint = isSlow ? await enter() : letIn;
    const content = parseBody(body);

    try {
      const stream = streamIn(req.url);
      if (stream === null) return await this.#posts.answer({ endpoint, headers, body, content });
      if (Array.isArray(content)) {
        throw refuse(RPC.invalidRequest, "Invalid request: HTTP+SSE takes one message per POST");
      }
      await this.#sse.post(endpoint, stream, body);
      return new Response("Accepted", { status: 202 });
    } catch (error) {
      const messages = Array.isArray(content) ? content : [content];
      throw Refused.of(error, messages, this.#deps.log);
    }
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
    if (session === null) throw sessionNotFound();
    return await this.#listening.open(endpoint, session, headers);
  }

  async #delete(req: Request, { access, scope }: Endpoint): Promise<Response> {
    const sessionId = req.headers.get("mcp-session-id");
    const session = sessionId === null
      ? null
      : await this.#deps.sessions.find(sessionId, access, scope.server);
    if (session === null) throw sessionNotFound();
    await this.#ends.end(session);
    return new Response(null, { status: 204 });
  }
}

/** Reads a body as one JSON-RPC message or a batch. Throws what it is instead. */
function parseBody(body: string): Message | Message[] {
  try {
    const content = parseMessages(body);
    if (content !== null) return content;
  } catch (error) {
    if (!(error instanceof JsonTooDeep)) throw error;
    const what = `the body is nested deeper than ${MAX_JSON_DEPTH}`;
    throw refuse(RPC.invalidRequest, `Invalid request: ${what}`);
  }

  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw refuse(RPC.parseError, "Parse error: the body is not JSON");
  }
  const what = Array.isArray(value)
    ? `a batch holds 1 to ${MAX_BATCH} JSON-RPC 2.0 messages and nothing else`
    : "the body is not a JSON-RPC 2.0 message";
  throw refuse(RPC.invalidRequest, `Invalid request: ${what}`);
}

/** The stream that a POST of the HTTP+SSE transport names; hardly any request has one. */
function streamIn(url: string): string | null {
  return url.includes("?") ? new URL(url).searchParams.get("stream") : null;
}

function refuse(code: number, message: string): Refused {
  const response = Response.json(errorOf(undefined, code, message), { status: 400 });
  return new Refused(response, "invalid_request");
}

function notAllowed(allow: string): Refused {
  const response = new Response(null, { status: 405, headers: { allow } });
  return new Refused(response, "method_not_allowed");
}

/** The size that a request says its body has. */
function declaredBytes(headers: Headers): number {
  const bytes = Number(headers.get("content-length") ?? "0");
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
}
