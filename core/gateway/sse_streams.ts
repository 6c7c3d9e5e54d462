import { Buffer } from "node:buffer";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import {
  type JsonObject,
  type Message,
  parseMessage,
  type RpcNotification,
  type RpcRequest,
  textParam,
} from "../mcp/message.ts";
import { PREFIXED } from "../mcp/naming.ts";
import { endpointEvent, messageEvent } from "../mcp/sse.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { ClientSessions } from "../sessions/client_sessions.ts";
import { RecordSeal } from "../sessions/record_seal.ts";
import { type ClientSession, StreamAddress } from "../sessions/session.ts";
import { type Caller, NO_HEADERS } from "../upstream/upstream.ts";
import type { Access, Authority } from "./authority.ts";
import { callerOf } from "./callers.ts";
import { EventStream, STREAM_HEADERS } from "./event_stream.ts";
import { flightKey, type InFlight, TakenBack } from "./in_flight.ts";
import type { InstanceMail } from "./instance_mail.ts";
import type { OpenStreams } from "./open_streams.ts";
import { replyLine, type ReplyLineDeps } from "./reply_lines.ts";
import { errorAnswer, type Log } from "./rpc_reply.ts";
import { type ServeDeps, serveRequest } from "./serve_request.ts";

/** A stream of the HTTP+SSE transport that this process holds. */
interface SseStream {
  id: string;
  slug: string;
  tokenHash: string;
  stream: EventStream;
  /** What was agreed at `initialize`; `null` before it. */
  session: ClientSession | null;
}

/** A message that was posted to another process than the one that holds its stream. */
const Letter = z.object({ streamId: z.string(), body: z.string() });

/** The kind of letter that such a message travels in. */
const POSTED = "sse_posted";

const STREAM_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** What the streams need. */
export interface SseStreamsDeps extends ServeDeps, ReplyLineDeps {
  authority: Authority;
  sessions: ClientSessions;
  openStreams: OpenStreams;
  inFlight: InFlight;
  mail: InstanceMail;
  keyring: Keyring;
  log: Log;
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
  async open(slug: string, access: Access, pathname: string): Promise<Response> {
    const { mail, openStreams } = this.#deps;
    const { instanceId } = mail;
    const id = randomText(24, STREAM_ID_ALPHABET);
    const address = await this.#seal.seal({ tokenId: access.token.id, instanceId, streamId: id });
    await mail.ready();

    const stream = new EventStream(() => forget());
    const held = openStreams.hold(slug, access, stream, () => this.#streams.delete(id));
    const forget = () => {
      this.#streams.delete(id);
      held[Symbol.dispose]();
    };
    this.#streams.set(id, {
      id,
      slug,
      tokenHash: access.token.hash,
      stream,
      session: null,
    });
    await stream.write(endpointEvent(`${pathname}?stream=${encodeURIComponent(address)}`));
    return new Response(stream.body, { headers: STREAM_HEADERS });
  }

  /**
   * Takes a posted message to the stream it belongs to, here or elsewhere. Throws
   * `not_found` for a stream that is none of this token's.
   */
  async post(access: Access, address: string, body: string): Promise<void> {
    const found = await this.#seal.open(address);
    if (found === null || found.tokenId !== access.token.id) throw unknownStream();

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

  /**
   * Serves one message of a stream. Never throws: nobody waits for it.
   *
   * `access` is what the message itself was let in with; one that came through the
   * store has spent time on its way and is checked again.
   */
  async #take(stream: SseStream, body: string, access: Access | null): Promise<void> {
    const message = parseMessage(body);

    try {
      if (message?.kind === "notification") await this.#notified(stream, message);
      if (message?.kind === "request") await this.#serve(stream, message.message, body, access);
    } catch (error) {
      this.#deps.log(`Cannot serve a message of an event stream: ${error}`);
    }
  }

  async #notified(
    stream: SseStream,
    { message }: Extract<Message, { kind: "notification" }>,
  ): Promise<void> {
    if (message.method !== "notifications/cancelled") return;
    const id = message.params?.requestId;
    if (typeof id !== "string" && typeof id !== "number") return;
    const reason = textParam(message.params, "reason") ?? "The client took the request back";
    const key = flightKey(stream.tokenHash, stream.id, id);
    await this.#deps.inFlight.cancel(key, reason.slice(0, 500));
  }

  async #serve(
    stream: SseStream,
    request: RpcRequest,
    body: string,
    letIn: Access | null,
  ): Promise<void> {
    const answer = await this.#answer(stream, request, body, letIn);
    if (answer !== null) await stream.stream.write(messageEvent(answer));
  }

  async #answer(
    stream: SseStream,
    request: RpcRequest,
    body: string,
    letIn: Access | null,
  ): Promise<string | null> {
    const { authority, inFlight, log } = this.#deps;

    try {
      const access = letIn ?? await authority.authenticateHash(stream.slug, stream.tokenHash);
      const caller = this.#callerOf(stream, access, request);
      using flight = inFlight.begin(flightKey(stream.tokenHash, stream.id, request.id));
      const line = replyLine(this.#deps, caller, {
        async say(message) {
          await stream.stream.write(messageEvent(JSON.stringify(message)));
          return stream.stream.isOpen;
        },
      });
      const incoming = {
        request,
        access,
        scope: { server: null, naming: PREFIXED },
        caller,
        bytesIn: Buffer.byteLength(body),
        signal: flight.signal,
        line,
        onNotification: (notification: RpcNotification) => line.notify(notification),
      };
      const served = await serveRequest(this.#deps, incoming);
      return flight.signal.reason instanceof TakenBack ? null : served.json;
    } catch (error) {
      return JSON.stringify(errorAnswer(request.id, error, log));
    }
  }

  #callerOf(stream: SseStream, access: Access, request: RpcRequest): Caller {
    if (request.method === "initialize" || stream.session === null) {
      const params = request.method === "initialize" ? request.params : undefined;
      stream.session = this.#deps.sessions.agree(access.token, params);
    }
    return callerOf(stream.session, NO_HEADERS);
  }
}

function unknownStream(): GatewayError {
  const sentence = "There is no such stream; open a new one with GET";
  return new GatewayError("not_found", sentence, { publicMessage: sentence });
}
