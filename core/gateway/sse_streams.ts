import { Buffer } from "node:buffer";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import { JsonTooDeep } from "../mcp/json_lexer.ts";
import { type JsonObject, type Message, parseMessage, type RpcRequest } from "../mcp/message.ts";
import { endpointEvent, messageEvent } from "../mcp/sse.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { RecordSeal } from "../sessions/record_seal.ts";
import { type ClientSession, StreamAddress } from "../sessions/session.ts";
import { type Caller, NO_HEADERS } from "../upstream/upstream.ts";
import type { Access } from "./authority.ts";
import { callerOf } from "./callers.ts";
import { type Endpoint, endpointAt, scopeOf } from "./endpoint.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import { endBy } from "./forward.ts";
import { flightKey, TakenBack } from "./in_flight.ts";
import type { InstanceMail } from "./instance_mail.ts";
import type { ListeningDeps, ListeningStreams } from "./listening_streams.ts";
import type { PostsDeps } from "./posts.ts";
import type { Served } from "./incoming.ts";
import { recordRefusal } from "./refusal_record.ts";
import { replyLine } from "./reply_lines.ts";
import { errorAnswer } from "./rpc_reply.ts";
import { serveRequest } from "./serve_request.ts";
import { SharedReply } from "./shared_reply.ts";

/** A stream of the HTTP+SSE transport that this process holds. */
interface SseStream {
  id: string;
  slug: string;
  server: string | null;
  tokenHash: string;
  stream: EventStream;
  /** What was agreed at `initialize`; `null` before it. */
  session: ClientSession | null;
  /** What lets its client hear what nobody asked for. */
  joined: Disposable | null;
  /** Aborts when the stream has ended. */
  lost: AbortSignal;
}

/** A message that was posted to another process than the one that holds its stream. */
const Letter = z.object({ streamId: z.string(), body: z.string() });

/** The kind of letter that such a message travels in. */
const POSTED = "sse_posted";

const STREAM_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** What the streams need. */
export interface SseStreamsDeps extends PostsDeps, ListeningDeps {
  listening: ListeningStreams;
  mail: InstanceMail;
  keyring: Keyring;
}

/**
 * The HTTP+SSE transport (2024-11-05, Transports).
 *
 * Messages are posted to an address that the stream's first event names, to whatever
 * process they reach; the one that holds the stream serves them and answers on it.
 */
export class SseStreams {
  readonly #deps: SseStreamsDeps;
  readonly #seal: RecordSeal<typeof StreamAddress>;
  readonly #streams = new Map<string, SseStream>();

  constructor(deps: SseStreamsDeps) {
    this.#deps = deps;
    this.#seal = new RecordSeal(deps.keyring, "sse-stream", StreamAddress);
    deps.mail.on(POSTED, (body) => this.#takeLetter(body));
  }

  /** Opens a stream; its first event says where to post. Throws `too_many`. */
  async open({ slug, access, scope: { server } }: Endpoint, pathname: string): Promise<Response> {
    const { mail, openStreams } = this.#deps;
    const { instanceId } = mail;
    const streamId = randomText(24, STREAM_ID_ALPHABET);
    const tokenId = access.token.id;
    const address = await this.#seal.seal({ tokenId, server, instanceId, streamId });
    await mail.ready();

    const lost = new AbortController();
    const stream = new EventStream(() => {
      held[Symbol.dispose]();
      this.#forget(streamId);
      lost.abort();
    });
    const held = openStreams.hold(slug, access, stream, () => {
      this.#forget(streamId);
      lost.abort();
    });
    this.#streams.set(streamId, {
      id: streamId,
      slug,
      server,
      tokenHash: access.token.hash,
      stream,
      session: null,
      joined: null,
      lost: lost.signal,
    });
    await stream.write(endpointEvent(`${pathname}?stream=${encodeURIComponent(address)}`));
    return new Response(stream.body, { headers: STREAM_HEADERS });
  }

  /**
   * Takes a posted message to the stream it belongs to, here or elsewhere. Throws
   * `not_found` for a stream that is none of this token's at this endpoint.
   */
  async post({ access, scope }: Endpoint, address: string, body: string): Promise<void> {
    const found = await this.#seal.open(address);
    const isOurs = found?.tokenId === access.token.id && found.server === scope.server;
    if (found === null || !isOurs) throw unknownStream();

    const { mail } = this.#deps;
    if (found.instanceId !== mail.instanceId) {
      return await mail.send(found.instanceId, POSTED, { streamId: found.streamId, body });
    }

    const stream = this.#streams.get(found.streamId);
    if (stream === undefined) throw unknownStream();
    void this.#take(stream, body, access);
  }

  #takeLetter(body: JsonObject): void {
    const letter = Letter.safeParse(body);
    const stream = letter.success ? this.#streams.get(letter.data.streamId) : undefined;
    if (letter.success && stream !== undefined) void this.#take(stream, letter.data.body, null);
  }

  #forget(streamId: string): void {
    const stream = this.#streams.get(streamId);
    this.#streams.delete(streamId);
    stream?.joined?.[Symbol.dispose]();
  }

  /**
   * Serves one message of a stream. Never throws: nobody waits for it.
   *
   * `access` is what the message itself was let in with; one that came through the
   * store has spent time on its way and is checked again.
   */
  async #take(stream: SseStream, body: string, access: Access | null): Promise<void> {
    try {
      const message = parseMessage(body);
      if (message?.kind === "request") await this.#serve(stream, message.message, body, access);
      else if (message !== null) await this.#noticed(stream, message);
    } catch (error) {
      // What is no message is passed over, and so is this.
      if (error instanceof JsonTooDeep) return;
      this.#deps.log(`Cannot serve a message of an event stream: ${error}`);
    }
  }

  async #noticed({ session }: SseStream, message: Message): Promise<void> {
    if (session === null) return;
    const { messages } = this.#deps;
    const owner = { memberId: session.tokenId, sessionKey: session.nonce };
    if (message.kind === "notification") await messages.notified(owner, message.message);
    if (message.kind === "response") await messages.answered(owner, message.message);
  }

  async #serve(
    stream: SseStream,
    request: RpcRequest,
    body: string,
    letIn: Access | null,
  ): Promise<void> {
    const reply = new SharedReply(stream.stream, stream.lost);
    const answer = await this.#answer(stream, reply, request, body, letIn);
    if (answer === null) await reply.drop();
    else await reply.finish(answer);
  }

  async #answer(
    stream: SseStream,
    reply: SharedReply,
    request: RpcRequest,
    body: string,
    letIn: Access | null,
  ): Promise<Pick<Served, "json" | "rest"> | null> {
    const { authority, log, now } = this.#deps;
    const arrivedAt = now();
    let access: Access;
    try {
      access = letIn ?? await authority.authenticateHash(stream.slug, stream.tokenHash);
    } catch (error) {
      await authority.noteRefused(error);
      return { json: JSON.stringify(errorAnswer(request.id, error, log)) };
    }

    try {
      return await this.#served(stream, reply, request, body, access);
    } catch (error) {
      const json = JSON.stringify(errorAnswer(request.id, error, log));
      const refused = {
        reason: endBy(error).reason,
        messages: [{ kind: "request" as const, message: request }],
      };
      const at = { arrivedAt, durationMs: 0, httpMethod: "POST" };
      const sizes = { bytesIn: Buffer.byteLength(body), bytesOut: Buffer.byteLength(json) };
      const about = { access, scope: scopeOf(stream.server), ...at, ...sizes };
      return await recordRefusal(this.#deps.callLog, refused, about)
        .then(() => ({ json }), (failed) => {
          return { json: JSON.stringify(errorAnswer(request.id, failed, log)) };
        });
    }
  }

  async #served(
    stream: SseStream,
    reply: SharedReply,
    request: RpcRequest,
    body: string,
    access: Access,
  ): Promise<Served | null> {
    const { inFlight, tokenEnds } = this.#deps;
    const endpoint = endpointAt(stream.slug, access, stream.server);
    const caller = await this.#callerOf(stream, endpoint, request);
    using flight = inFlight.begin(flightKey(caller.memberId, caller.sessionKey, request.id));
    using _end = tokenEnds.watch(access, flight.shutOut);
    const served = await serveRequest(this.#deps, {
      request,
      access,
      scope: endpoint.scope,
      caller,
      bytesIn: Buffer.byteLength(body),
      signal: flight.signal,
      cut: flight.cut,
      line: replyLine(this.#deps, caller, reply),
    });
    return flight.signal.reason instanceof TakenBack ? null : served;
  }

  async #callerOf(stream: SseStream, endpoint: Endpoint, request: RpcRequest): Promise<Caller> {
    const isFirst = request.method === "initialize";
    if (stream.session !== null && !isFirst) return callerOf(stream.session, NO_HEADERS);

    const params = isFirst ? request.params : undefined;
    stream.session = this.#deps.sessions.agree(endpoint.access.token, params, stream.server);
    const caller = callerOf(stream.session, NO_HEADERS);
    await this.#join(stream, endpoint, caller);
    return caller;
  }

  /** The stream is where its client listens, too. */
  async #join(stream: SseStream, endpoint: Endpoint, caller: Caller): Promise<void> {
    stream.joined?.[Symbol.dispose]();
    stream.joined = null;
    const joined = await this.#deps.listening.join(endpoint, caller, {
      // Everything of this session is served by this process.
      isShared: false,
      isAttached: () => stream.stream.isOpen,
      send: (message) => stream.stream.write(messageEvent(JSON.stringify(message))),
    });
    stream.joined = joined;
    if (!stream.stream.isOpen) joined[Symbol.dispose]();
  }
}

function unknownStream(): GatewayError {
  const sentence = "There is no such stream; open a new one with GET";
  return new GatewayError("not_found", sentence, { publicMessage: sentence });
}
