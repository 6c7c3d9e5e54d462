import { Buffer } from "node:buffer";
import type { Config } from "../config.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import {
  asMessage,
  errorOf,
  type Message,
  RPC,
  type RpcNotification,
  type RpcRequest,
  textParam,
} from "../mcp/message.ts";
import { PREFIXED } from "../mcp/naming.ts";
import type { SessionStates } from "../sessions/session_states.ts";
import type { Access } from "./authority.ts";
import { type CallerVerdict, identifyCaller, NO_SESSION, SESSION_NOT_FOUND } from "./callers.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import { HttpReply } from "./http_reply.ts";
import { type Accepts, checkContentType, checkOrigin, readAccept, readBody } from "./http_guard.ts";
import { flightKey, TakenBack } from "./in_flight.ts";
import { errorAnswer, errorResponse, faultResponse } from "./rpc_reply.ts";
import { replyLine } from "./reply_lines.ts";
import { serveRequest } from "./serve_request.ts";
import { SseStreams, type SseStreamsDeps } from "./sse_streams.ts";

/** What the gateway is made of. */
export interface GatewayDeps extends Omit<SseStreamsDeps, "closing"> {
  config: Config;
  states: SessionStates;
}

/** A body that takes longer may outlive the token that it came with. */
const SLOW_BODY_MS = 100;

type Identified = Extract<CallerVerdict, { caller: unknown }>;

/**
 * The MCP endpoint of every workspace, from request to reply.
 *
 * One URL serves every transport: a POST is Streamable HTTP of either era, or belongs
 * to the stream that its query names; a GET with a session id listens, one without
 * opens a stream of the oldest transport; a DELETE ends a session.
 */
export class Gateway {
  readonly #deps: GatewayDeps & SseStreamsDeps;
  readonly #sse: SseStreams;
  readonly #closing = new AbortController();

  constructor(deps: GatewayDeps) {
    this.#deps = { ...deps, closing: this.#closing.signal };
    this.#sse = new SseStreams(this.#deps);
  }

  /** Answers a request to a workspace's endpoint. Never rejects. */
  async handle(req: Request, slug: string): Promise<Response> {
    try {
      checkOrigin(this.#deps.config, req.headers.get("origin"));
      const access = await this.#authenticate(req, slug);
      if (this.#closing.signal.aborted) {
        throw new GatewayError("shutting_down", "Refused while closing");
      }
      return await this.#route(req, slug, access);
    } catch (error) {
      return errorResponse(error, this.#deps.log);
    }
  }

  #authenticate(req: Request, slug: string): Promise<Access> {
    return this.#deps.authority.authenticate(slug, req.headers.get("authorization"));
  }

  /** Takes no more requests, ends the streams, and waits for what runs, up to a time. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    const deadlineMs = performance.now() + graceMs;
    while (this.#deps.inFlight.size > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#deps.openStreams.close();
    this.#deps.inFlight.close();
    this.#deps.mail.close();
  }

  async #route(req: Request, slug: string, access: Access): Promise<Response> {
    switch (req.method) {
      case "POST":
        return await this.#post(req, slug, access);
      case "GET":
        return await this.#get(req, slug, access);
      case "DELETE":
        return await this.#delete(req, access);
      default:
        return new Response(null, { status: 405, headers: { allow: "GET, POST, DELETE" } });
    }
  }

  async #post(req: Request, slug: string, letIn: Access): Promise<Response> {
    checkContentType(req.headers.get("content-type"));
    const accepts = readAccept(req.headers.get("accept"));
    const startedMs = performance.now();
    const body = await readBody(req);
    // Else a body that trickles in would carry its access across a revocation.
    const isSlow = performance.now() - startedMs > SLOW_BODY_MS;
    const access = isSlow ? await this.#authenticate(req, slug) : letIn;
    const parsed = parseBody(body);
    if ("refusal" in parsed) return parsed.refusal;

    const stream = streamIn(req.url);
    if (stream !== null) {
      await this.#sse.post(access, stream, body);
      return new Response("Accepted", { status: 202 });
    }

    const { kind, message } = parsed.message;
    if (kind === "request") return await this.#request(req, slug, access, accepts, message, body);
    if (kind === "notification") return await this.#notification(req, access, message);
    return new Response(null, { status: 202 });
  }

  async #request(
    req: Request,
    slug: string,
    access: Access,
    accepts: Accepts,
    request: RpcRequest,
    body: string,
  ): Promise<Response> {
    const { sessions, log } = this.#deps;
    const verdict = await identifyCaller(sessions, access, request, req.headers)
      .catch((error) => ({ refused: error }));
    if ("refused" in verdict) {
      const { status } = asGatewayError(verdict.refused);
      return Response.json(errorAnswer(request.id, verdict.refused, log), { status });
    }
    if ("fault" in verdict) return faultResponse(request.id, verdict.fault);
    return await this.#serve(slug, access, accepts, request, Buffer.byteLength(body), verdict);
  }

  async #serve(
    slug: string,
    access: Access,
    accepts: Accepts,
    request: RpcRequest,
    bytesIn: number,
    { caller, newSession }: Identified,
  ): Promise<Response> {
    const { inFlight, openStreams, sessions, log } = this.#deps;
    const isModern = caller.era === "modern";
    const headers: Record<string, string> = newSession === null
      ? {}
      : { "mcp-session-id": await sessions.idOf(newSession) };
    const flight = inFlight.begin(
      isModern ? null : flightKey(access.token.id, caller.sessionKey, request.id),
    );
    // Only a modern client takes its request back by leaving (2026-07-28, Cancellation).
    const leave = (reason: string) => isModern && flight.abandon(reason);

    const reply = new HttpReply({
      accepts,
      era: caller.era,
      headers,
      hold: (stream, onEnd) => openStreams.hold(slug, access, stream, onEnd),
      onGone: leave,
      onShutOut: (reason) => flight.abandon(reason),
    });

    const line = replyLine(this.#deps, caller, reply);
    const incoming = {
      request,
      access,
      scope: { server: null, naming: PREFIXED },
      caller,
      bytesIn,
      signal: flight.signal,
      line,
      onNotification: (notification: RpcNotification) => line.notify(notification),
    };
    void serveRequest(this.#deps, incoming)
      .then((served) =>
        flight.signal.reason instanceof TakenBack ? reply.drop() : reply.finish(served)
      )
      .catch((error) => reply.fail(errorResponse(error, log)))
      .finally(() => flight[Symbol.dispose]());
    return await reply.response;
  }

  async #notification(
    req: Request,
    access: Access,
    notification: RpcNotification,
  ): Promise<Response> {
    const accepted = new Response(null, { status: 202 });
    if (notification.method !== "notifications/cancelled") return accepted;

    const id = notification.params?.requestId;
    if (typeof id !== "string" && typeof id !== "number") return accepted;
    const reason = textParam(notification.params, "reason") ?? "The client took the request back";
    const sessionId = req.headers.get("mcp-session-id");
    const session = sessionId === null
      ? null
      : await this.#deps.sessions.find(sessionId, access.token, access.sessionsEnded);
    if (sessionId !== null && session === null) return faultResponse(undefined, SESSION_NOT_FOUND);

    const key = flightKey(access.token.id, session?.nonce ?? NO_SESSION, id);
    await this.#deps.inFlight.cancel(key, reason.slice(0, 500));
    return accepted;
  }

  async #get(req: Request, slug: string, access: Access): Promise<Response> {
    if (!readAccept(req.headers.get("accept")).stream) {
      throw new GatewayError("not_acceptable", "A GET is answered with an event stream only");
    }

    const sessionId = req.headers.get("mcp-session-id");
    if (sessionId === null) {
      return await this.#sse.open(slug, access, new URL(req.url).pathname);
    }
    const { token, sessionsEnded } = access;
    const session = await this.#deps.sessions.find(sessionId, token, sessionsEnded);
    if (session === null) return faultResponse(undefined, SESSION_NOT_FOUND);
    return await this.#listen(slug, access);
  }

  /** The stream on which a session's client waits for what nobody asked for. */
  async #listen(slug: string, access: Access): Promise<Response> {
    const stream = new EventStream(() => held[Symbol.dispose]());
    const held = this.#deps.openStreams.hold(slug, access, stream, () => {});
    await stream.write(":\n\n");
    return new Response(stream.body, { headers: STREAM_HEADERS });
  }

  async #delete(req: Request, { token, sessionsEnded }: Access): Promise<Response> {
    const { sessions } = this.#deps;
    const sessionId = req.headers.get("mcp-session-id");
    const session = sessionId === null
      ? null
      : await sessions.find(sessionId, token, sessionsEnded);
    if (session === null) return faultResponse(undefined, SESSION_NOT_FOUND);
    await sessions.end(session);
    this.#deps.connector.endSessionsOf({ memberId: session.tokenId, sessionKey: session.nonce });
    return new Response(null, { status: 204 });
  }
}

/** Reads a body as one JSON-RPC message, or says what it is instead. */
function parseBody(body: string): { message: Message } | { refusal: Response } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { refusal: refuse(RPC.parseError, "Parse error: the body is not JSON") };
  }

  const message = asMessage(value);
  if (message !== null) return { message };
  const what = Array.isArray(value)
    ? "batches are not accepted; send one message per POST"
    : "the body is not a JSON-RPC 2.0 message";
  return { refusal: refuse(RPC.invalidRequest, `Invalid request: ${what}`) };
}

/** The stream that a POST of the HTTP+SSE transport names; hardly any request has one. */
function streamIn(url: string): string | null {
  return url.includes("?") ? new URL(url).searchParams.get("stream") : null;
}

function refuse(code: number, message: string): Response {
  return Response.json(errorOf(undefined, code, message), { status: 400 });
}
