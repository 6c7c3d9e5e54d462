import { z } from "zod";
import { randomText } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { ClientSession } from "../sessions/session.ts";
import type { SessionOwner } from "../upstream/upstream.ts";
import type { EventStream } from "./event_stream.ts";
import type { InstanceMail } from "./instance_mail.ts";
import { RemoteConnections } from "./remote_connections.ts";
import { type Connection, ReplayStream, type Resumption } from "./replay_stream.ts";

/** What a stream is for: the answer of one request, or what nobody asked for. */
export type StreamKind = "reply" | "listening";

/** The revision that lets a client read an event without data. */
const PRIMED_SINCE = "2025-11-25";

/** How many streams one process remembers, and how much of what was sent on them. */
const MAX_STREAMS = 10_000;
const MAX_CHARS = 64 * 1024 * 1024;

/** How long another process may take to find a stream. */
const FIND_MS = 3_000;

/** The kind of letter that asks for a stream to be resumed. */
const RESUME = "stream_resume";

const Resume = z.object({
  streamId: z.string(),
  after: z.number(),
  memberId: z.string(),
  sessionKey: z.string(),
  connectionId: z.string(),
});

/** Process, what it is for, what nobody can guess, and the number of the event. */
const EVENT_ID = /^(([0-9a-z]{16})-([rl])[0-9a-z]{24})\.([0-9]{1,15})$/;

interface Held {
  stream: ReplayStream;
  memberId: string;
  sessionKey: string;
}

/** What an event's id says. */
interface Place {
  streamId: string;
  instanceId: string;
  kind: StreamKind;
  after: number;
}

/**
 * The streams of legacy sessions, each of which can be resumed on any process.
 *
 * Only the session that a stream belongs to can resume it.
 */
export class ReplayStreams {
  readonly #mail: InstanceMail;
  readonly #remote: RemoteConnections;
  readonly #held = new Map<string, Held>();
  /** How many streams each member has. */
  readonly #ofMember = new Map<string, number>();
  readonly #readBy = new WeakMap<Connection, ReplayStream>();
  #chars = 0;

  constructor(mail: InstanceMail) {
    this.#mail = mail;
    this.#remote = new RemoteConnections(mail);
    mail.on(RESUME, (body, from) => this.#takeResume(body, from));
  }

  /** Opens a stream; `onClosed` is called once, when nobody can resume it any more. */
  open(session: ClientSession, kind: StreamKind, onClosed = () => {}): ReplayStream {
    const name = randomText(24, "0123456789abcdefghijklmnopqrstuvwxyz");
    const id = `${this.#mail.instanceId}-${kind === "reply" ? "r" : "l"}${name}`;
    const stream = new ReplayStream({
      id,
      isPrimed: session.protocolVersion >= PRIMED_SINCE,
      endsWithAnswer: kind === "reply",
      onKept: (chars) => this.#count(chars),
      onClosed: () => {
        if (this.#held.delete(id)) this.#countMember(session.tokenId, -1);
        onClosed();
      },
    });
    this.#makeRoom();
    this.#held.set(id, { stream, memberId: session.tokenId, sessionKey: session.nonce });
    this.#countMember(session.tokenId, 1);
    // Whoever resumes it may do so at another process, which asks by letter.
    this.#mail.listen();
    return stream;
  }

  /** What the stream was for that an event's id names; `null` for no id of ours. */
  kindOf(eventId: string): StreamKind | null {
    return placeOf(eventId)?.kind ?? null;
  }

  /** Goes on, upon a connection, after the event that a client saw last. */
  async resume(
    owner: SessionOwner,
    eventId: string,
    connection: EventStream,
  ): Promise<Resumption> {
    const place = placeOf(eventId);
    if (place === null) return "lost";
    if (place.instanceId === this.#mail.instanceId) {
      return this.#resumeHere(place, owner, connection);
    }
    return await this.#resumeElsewhere(place, owner, connection);
  }

  /** The client closed a connection, whichever stream it was for. */
  left(connection: EventStream): void {
    this.#readBy.get(connection)?.left(connection);
    this.#remote.left(connection);
  }

  /** Ends the streams of a session that has ended. */
  endOf({ memberId, sessionKey }: SessionOwner): void {
    for (const held of [...this.#held.values()]) {
      const isOfSession = held.memberId === memberId && held.sessionKey === sessionKey;
      if (isOfSession) held.stream.drop();
    }
  }

  /** Whether a member has streams here, read or not. */
  hasMember(memberId: string): boolean {
    return this.#ofMember.has(memberId);
  }

  /** Ends the streams of a member whose token has ended. */
  endOfMember(memberId: string): void {
    if (!this.hasMember(memberId)) return;
    for (const held of [...this.#held.values()]) {
      if (held.memberId === memberId) held.stream.drop();
    }
  }

  /** Ends all of them. */
  close(): void {
    for (const { stream } of [...this.#held.values()]) stream.drop();
    this.#remote.close();
  }

  #resumeHere(
    { streamId, after }: Pick<Place, "streamId" | "after">,
    { memberId, sessionKey }: Pick<Held, "memberId" | "sessionKey">,
    connection: Connection,
  ): Resumption {
    const held = this.#held.get(streamId);
    if (held?.memberId !== memberId || held.sessionKey !== sessionKey) return "lost";
    this.#readBy.set(connection, held.stream);
    return held.stream.resume(connection, after);
  }

  async #resumeElsewhere(
    { streamId, after, instanceId }: Place,
    { memberId, sessionKey }: SessionOwner,
    connection: EventStream,
  ): Promise<Resumption> {
    const connectionId = await this.#remote.expect(connection, instanceId);
    const letter = { streamId, after, memberId, sessionKey, connectionId };
    const { resumption } = await this.#mail.ask(instanceId, RESUME, letter, FIND_MS)
      // The process that held it has ended, and the stream with it.
      .catch(() => ({ resumption: "lost" }));
    if (resumption === "resumed") return resumption;

    this.#remote.left(connection);
    return resumption === "over" ? resumption : "lost";
  }

  #takeResume(body: JsonObject, from: string): JsonObject {
    const letter = Resume.safeParse(body);
    if (!letter.success) return { resumption: "lost" };
    const held = this.#held.get(letter.data.streamId);
    const connection = this.#remote.to(from, letter.data.connectionId, (gone) => {
      held?.stream.left(gone);
    });
    return { resumption: this.#resumeHere(letter.data, letter.data, connection) };
  }

  #countMember(memberId: string, change: 1 | -1): void {
    const count = (this.#ofMember.get(memberId) ?? 0) + change;
    if (count > 0) this.#ofMember.set(memberId, count);
    else this.#ofMember.delete(memberId);
  }

  #count(chars: number): void {
    this.#chars += chars;
    if (this.#chars <= MAX_CHARS) return;
    for (const { stream } of this.#held.values()) {
      stream.forgetKept();
      if (this.#chars <= MAX_CHARS / 2) return;
    }
  }

  /** Forgets the oldest stream that nobody reads. */
  #makeRoom(): void {
    if (this.#held.size < MAX_STREAMS) return;
    for (const { stream } of this.#held.values()) {
      if (!stream.isAttached) return stream.drop();
    }
  }
}

function placeOf(eventId: string): Place | null {
  const match = EVENT_ID.exec(eventId);
  if (match === null) return null;
  const [, streamId, instanceId, letter, seq] = match;
  return { streamId, instanceId, kind: letter === "r" ? "reply" : "listening", after: Number(seq) };
}
