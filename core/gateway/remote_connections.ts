import { z } from "zod";
import { randomText } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { EventStream } from "./event_stream.ts";
import type { InstanceMail } from "./instance_mail.ts";
import type { Connection } from "./replay_stream.ts";

/** Kinds of letters: to the process that has the connection, and back from it. */
const TEXT = "connection_text";
const END = "connection_end";
const STILL_HERE = "connection_here";
const LEFT = "connection_left";

/** How often a connection's process says that it is there, and when it is believed gone. */
const SIGN_MS = 20_000;
const MISSED_MS = 70_000;

/** How much may wait for a slow reader at the connection's process, in characters. */
const MAX_WAITING = 4 * 1024 * 1024;

const About = z.object({ connectionId: z.string(), text: z.string().optional() });

/** A client's connection here, to which another process writes. */
interface Local {
  stream: EventStream;
  holder: string;
  waitingChars: number;
  /** Resolves when all that was to be written is. */
  written: Promise<void>;
}

/** A client's connection at another process, to which this one writes. */
interface Remote {
  connection: Connection;
  onGone(connection: Connection): void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * Connections of clients that another process writes to than the one that has them.
 *
 * What is written goes by letter. A process that gives no sign of life has lost its
 * connections, and a reader that is too slow loses its own: it can resume.
 */
export class RemoteConnections {
  readonly #mail: InstanceMail;
  readonly #local = new Map<string, Local>();
  readonly #remote = new Map<string, Remote>();
  #signs: ReturnType<typeof setInterval> | null = null;

  constructor(mail: InstanceMail) {
    this.#mail = mail;
    mail.on(TEXT, (body, from) => this.#takeText(body, from));
    mail.on(END, (body, from) => this.#takeEnd(body, from));
    mail.on(STILL_HERE, (body, from) => this.#takeSign(body, from));
    mail.on(LEFT, (body, from) => this.#takeLeft(body, from));
  }

  /** Names a connection of this process, so that `holder` can write to it. */
  async expect(stream: EventStream, holder: string): Promise<string> {
    await this.#mail.ready();
    const id = randomText(24, "0123456789abcdefghijklmnopqrstuvwxyz");
    this.#local.set(id, { stream, holder, waitingChars: 0, written: Promise.resolve() });
    this.#signs ??= setInterval(() => this.#giveSigns(), SIGN_MS);
    return id;
  }

  /** The client closed a connection of this process. */
  left(stream: EventStream): void {
    for (const [id, local] of this.#local) {
      if (local.stream === stream) this.#giveUp(id, local);
    }
  }

  /** A connection of another process, until that one says that it is gone. */
  to(instanceId: string, connectionId: string, onGone: Remote["onGone"]): Connection {
    const key = `${instanceId} ${connectionId}`;
    const write = (kind: string, body: JsonObject) =>
      this.#mail.send(instanceId, kind, { ...body, connectionId }).catch(() => this.#lose(key));
    const connection: Connection = {
      write: async (text) => {
        if (text !== "" && this.#remote.has(key)) await write(TEXT, { text });
      },
      end: () => {
        if (this.#forget(key)) void write(END, {});
      },
    };
    const timer = setTimeout(() => this.#lose(key), MISSED_MS);
    this.#remote.set(key, { connection, onGone, timer });
    return connection;
  }

  /** Stops; the connections themselves are ended by who holds them. */
  close(): void {
    if (this.#signs !== null) clearInterval(this.#signs);
    this.#signs = null;
    for (const key of [...this.#remote.keys()]) this.#forget(key);
    this.#local.clear();
  }

  async #takeText(body: JsonObject, from: string): Promise<void> {
    const [id, local, text] = this.#here(body, from);
    if (local === null) return;

    local.waitingChars += text.length;
    if (local.waitingChars > MAX_WAITING) {
      this.#giveUp(id, local);
      return local.stream.end();
    }
    local.written = local.stream.write(text);
    await local.written;
    local.waitingChars -= text.length;
  }

  async #takeEnd(body: JsonObject, from: string): Promise<void> {
    const [id, local] = this.#here(body, from);
    if (local === null) return;
    // What waits for a slow reader is part of what ends here: it may be the answer.
    await local.written;
    this.#local.delete(id);
    local.stream.end();
    this.#restIfIdle();
  }

  #here(body: JsonObject, from: string): [id: string, local: Local | null, text: string] {
    const letter = About.safeParse(body);
    if (!letter.success) return ["", null, ""];
    const { connectionId, text = "" } = letter.data;
    const local = this.#local.get(connectionId);
    return [connectionId, local?.holder === from ? local : null, text];
  }

  #giveUp(id: string, { holder }: Local): void {
    this.#local.delete(id);
    this.#restIfIdle();
    void this.#mail.send(holder, LEFT, { connectionId: id }).catch(() => {});
  }

  #giveSigns(): void {
    for (const [connectionId, { holder }] of this.#local) {
      void this.#mail.send(holder, STILL_HERE, { connectionId }).catch(() => {});
    }
  }

  #takeSign(body: JsonObject, from: string): void {
    const key = keyOf(body, from);
    const remote = this.#remote.get(key);
    if (remote === undefined) return;
    clearTimeout(remote.timer);
    remote.timer = setTimeout(() => this.#lose(key), MISSED_MS);
  }

  #takeLeft(body: JsonObject, from: string): void {
    this.#lose(keyOf(body, from));
  }

  #lose(key: string): void {
    const remote = this.#remote.get(key);
    if (remote === undefined) return;
    this.#forget(key);
    remote.onGone(remote.connection);
  }

  #forget(key: string): boolean {
    clearTimeout(this.#remote.get(key)?.timer);
    return this.#remote.delete(key);
  }

  #restIfIdle(): void {
    if (this.#local.size > 0 || this.#signs === null) return;
    clearInterval(this.#signs);
    this.#signs = null;
  }
}

function keyOf(body: JsonObject, from: string): string {
  const letter = About.safeParse(body);
  return letter.success ? `${from} ${letter.data.connectionId}` : "";
}
