import { Buffer } from "node:buffer";
import { reasonOf } from "../calls/reason.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import { errorOf, type Message, RPC, type RpcRequest } from "../mcp/message.ts";
import { ASSUMED_LEGACY } from "../mcp/versions.ts";
import type { ClientSessions } from "../sessions/client_sessions.ts";
import type { ClientSession } from "../sessions/session.ts";
import { NO_SESSION } from "../sessions/session.ts";
import { type CallerVerdict, identifyCaller } from "./callers.ts";
import type { ClientMessages } from "./client_messages.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Accepts, readAccept } from "./http_guard.ts";
import { HttpReply } from "./http_reply.ts";
import { type Flight, flightKey, type InFlight, TakenBack } from "./in_flight.ts";
import type { OpenStreams } from "./open_streams.ts";
import type { ReplayStreams } from "./replay_streams.ts";
import { replyLine, type ReplyLineDeps } from "./reply_lines.ts";
import { faulty, Refused, sessionNotFound } from "./refused.ts";
import { errorAnswer, errorResponse, type Log } from "./rpc_reply.ts";
import { type ServeDeps, serveRequest } from "./serve_request.ts";
import type { TokenEnds } from "./token_ends.ts";

/** What serving posted messages needs. */
export interface PostsDeps extends ServeDeps, ReplyLineDeps {
  sessions: ClientSessions;
  openStreams: OpenStreams;
  inFlight: InFlight;
  replays: ReplayStreams;
  messages: ClientMessages;
  tokenEnds: TokenEnds;
  log: Log;
}

/** One POST that was let in, and what it holds. */
export interface Post {
  endpoint: Endpoint;
  headers: Headers;
  body: string;
  content: Message | Message[];
}

/** The one revision with batches (2025-03-26, Base protocol). */
const BATCHES_IN = "2025-03-26";

/** The request that ends only when its client leaves (2026-07-28, Subscriptions). */
const LISTEN = "subscriptions/listen";

type Identified = Extract<CallerVerdict, { caller: unknown }>;
type Spoken = { request: RpcRequest } & Identified;

/** Serves what is posted over Streamable HTTP, of either era. */
export class Posts {
  readonly #deps: PostsDeps;

  constructor(deps: PostsDeps) {
    this.#deps = deps;
  }

  /** Answers one POST. Throws what is wrong with it as a whole. */
  async answer(post: Post): Promise<Response> {
    const accepts = readAccept(post.headers.get("accept"));
    const { content } = post;
    if (Array.isArray(content)) return await this.#batch(post, accepts, content);
    if (content.kind === "request") return await this.#single(post, accepts, content.message);
    await this.#messages(post, [content]);
    return accepted();
  }

  async #single(post: Post, accepts: Accepts, request: RpcRequest): Promise<Response> {
    const spoken = { request, ...await this.#identify(post, request) };
    if (isListening(spoken) && !accepts.stream) throw this.#refused(request, notAStream());
    return await this.#serve(post, accepts, [spoken]);
  }

  async #batch(post: Post, accepts: Accepts, batch: Message[]): Promise<Response> {
    const requests = batch.flatMap((one) => one.kind === "request" ? [one.message] : []);
    const spoken: Spoken[] = [];
    for (const request of requests) {
      spoken.push({ request, ...await this.#identify(post, request) });
    }
    if (!await this.#mayBatch(post, spoken)) throw batchRefused();

    await this.#messages(post, batch.filter(({ kind }) => kind !== "request"));
    if (spoken.length === 0) return accepted();
    return await this.#serve(post, accepts, spoken, spoken.length);
  }

  /** Only in sessions of the one revision, and where none is named that one is assumed. */
  async #mayBatch(post: Post, spoken: readonly Spoken[]): Promise<boolean> {
    if (spoken.some(({ request }) => request.method === "initialize")) return false;
    const session = await this.#sessionOf(post);
    const header = post.headers.get("mcp-protocol-version")?.trim() ?? ASSUMED_LEGACY;
    return (session?.protocolVersion ?? header) === BATCHES_IN;
  }

  async #identify(post: Post, request: RpcRequest): Promise<Identified> {
    const verdict = await identifyCaller(
      this.#deps.sessions,
      post.endpoint,
      request,
      post.headers,
    ).catch((error) => {
      throw this.#refused(request, error);
    });
    if ("fault" in verdict) throw faulty(verdict.fault, request.id);
    return verdict;
  }

  #refused(request: RpcRequest, error: unknown): Refused {
    const answer = errorAnswer(request.id, error, this.#deps.log);
    const response = Response.json(answer, { status: asGatewayError(error).status });
    return new Refused(response, reasonOf(error));
  }

  /** Takes notifications and answers. */
  async #messages(post: Post, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const session = await this.#sessionOf(post);
    const namesSession = post.headers.has("mcp-session-id");
    if (namesSession && session === null) throw sessionNotFound();

    const memberId = post.endpoint.access.token.id;
    const owner = { memberId, sessionKey: session?.nonce ?? NO_SESSION };
    for (const one of messages) {
      if (one.kind === "notification") await this.#deps.messages.notified(owner, one.message);
      if (one.kind === "response") await this.#deps.messages.answered(owner, one.message);
    }
  }

  async #sessionOf({ headers, endpoint: { access, scope } }: Post): Promise<ClientSession | null> {
    const id = headers.get("mcp-session-id");
    return id === null ? null : await this.#deps.sessions.find(id, access, scope.server);
  }

  async #serve(
    post: Post,
    accepts: Accepts,
    spoken: readonly Spoken[],
    batchSize?: number,
  ): Promise<Response> {
    const { openStreams, replays, sessions } = this.#deps;
    const { slug, access } = post.endpoint;
    const [{ caller, session, isNew }] = spoken;
    const headers: Record<string, string> = isNew && session !== null
      ? { "mcp-session-id": await sessions.idOf(session) }
      : {};
    const flights = this.#beginAll(post, spoken);
    const unanswered = new Set(spoken.filter((one) => !isListening(one)));
    const abandonAll = (reason: string) => flights.forEach((flight) => flight.abandon(reason));

    const reply = new HttpReply({
      accepts,
      era: caller.era,
      headers,
      batchSize,
      outlive: session === null ? undefined : (connection, onLost) => {
        const stream = replays.open(session, "reply", onLost);
        void stream.begin(connection);
        return stream;
      },
      hold: (stream, onEnd) => openStreams.hold(slug, access, stream, onEnd),
      // Only a modern client takes its request back by leaving (2026-07-28, Cancellation).
      onGone: (reason) => caller.era === "modern" && abandonAll(reason),
      onShutOut: () => flights.forEach((flight) => flight.shutOut()),
      lastWords: () => [...unanswered].map(({ request }) => this.#shutOutAnswer(request)),
    });
    spoken.forEach((one, index) =>
      void this.#run(post, one, flights[index], reply, spoken.length)
        .finally(() => unanswered.delete(one))
    );
    return await reply.response;
  }

  #shutOutAnswer(request: RpcRequest): string {
    return JSON.stringify(errorAnswer(request.id, shutOut(), this.#deps.log));
  }

  /** Begins all of them, or none. */
  #beginAll(post: Post, spoken: readonly Spoken[]): Flight[] {
    using begun = new DisposableStack();
    const flights = spoken.map((one) => begun.use(this.#begin(post, one)));
    begun.move();
    return flights;
  }

  /** A listening client takes nothing back by a message, and no place among the others. */
  #begin(post: Post, one: Spoken): Flight {
    const { inFlight } = this.#deps;
    const { caller, request } = one;
    if (caller.era === "modern") return inFlight.begin(null, { endless: isListening(one) });
    return inFlight.begin(flightKey(post.endpoint.access.token.id, caller.sessionKey, request.id));
  }

  async #run(
    { endpoint: { access, scope }, body }: Post,
    one: Spoken,
    flight: Flight,
    reply: HttpReply,
    share: number,
  ): Promise<void> {
    using _flight = flight;
    const { request, caller } = one;
    const { signal } = flight;
    let isShutOut = false;
    using _end = this.#deps.tokenEnds.watch(access, () => {
      isShutOut = true;
      flight.shutOut();
    });
    const line = replyLine(this.#deps, caller, reply);
    const bytesIn = Math.round(Buffer.byteLength(body) / share);

    try {
      const incoming = { request, access, scope, caller, bytesIn, signal, cut: flight.cut, line };
      const onLetIn = () => isListening(one) ? reply.begin() : reply.startWaiting();
      const served = await serveRequest(this.#deps, { ...incoming, onLetIn });
      if (isShutOut) reply.shutOut(errorResponse(shutOut(), this.#deps.log));
      if (signal.reason instanceof TakenBack) return reply.drop();
      await reply.finish(served);
    } catch (error) {
      reply.fail(errorResponse(error, this.#deps.log));
    }
  }
}

function isListening({ caller, request }: Spoken): boolean {
  return caller.era === "modern" && request.method === LISTEN;
}

function accepted(): Response {
  return new Response(null, { status: 202 });
}

function batchRefused(): Refused {
  const sentence = "Invalid request: batches are part of protocol version 2025-03-26 alone, " +
    "and initialize is never part of one; send one message per POST";
  const body = errorOf(undefined, RPC.invalidRequest, sentence);
  return new Refused(Response.json(body, { status: 400 }), "invalid_request");
}

function shutOut(): GatewayError {
  return new GatewayError("unauthorized", "A token ended while its call was worked on");
}

function notAStream(): GatewayError {
  const sentence = "subscriptions/listen is answered with an event stream only";
  return new GatewayError("not_acceptable", sentence, { publicMessage: sentence });
}
