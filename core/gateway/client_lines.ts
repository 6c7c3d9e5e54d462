import { z } from "zod";
import { afterAbout } from "../coarse_timer.ts";
import { asMessage, errorOf, type JsonObject, RPC } from "../mcp/message.ts";
import type { RpcNotification, RpcRequest, RpcResponse } from "../mcp/message.ts";
import { type Changeable, listOfChange } from "../mcp/list_changes.ts";
import { exposeNotification, exposeServerRequest, ownAnswer } from "../mcp/rewrite.ts";
import type { ListeningStore } from "../sessions/listening_store.ts";
import type { Caller, Target, Unsolicited } from "../upstream/upstream.ts";
import type { ClientAsks } from "./client_asks.ts";
import type { SessionOwner } from "../upstream/upstream.ts";
import { scopeOf } from "./endpoint.ts";
import type { Scope } from "./incoming.ts";
import type { InstanceMail } from "./instance_mail.ts";
import { type ListeningLine, LocalLines } from "./local_lines.ts";
import { OrderedWork } from "./ordered_work.ts";
import type { Log } from "./rpc_reply.ts";

/** Gets what is not brought to clients as it comes. */
export interface LineListeners {
  /** A server says that a list of its own has changed, for one session with it. */
  onListChanged(owner: Caller, target: Target, list: Changeable): void;
  /** A server says something to what it takes for a session of a modern client. */
  onModernNotification(owner: Caller, target: Target, notification: RpcNotification): void;
}

/** What the lines need. */
export interface ClientLinesDeps {
  mail: InstanceMail;
  asks: ClientAsks;
  listening: ListeningStore;
  log: Log;
}

/** Something for a client; `slug` names the server whose names are in it, if any are. */
interface Message {
  slug: string | null;
  message: RpcNotification | RpcRequest;
}

/** Kind of letter: a message for a client that listens at the receiving process. */
const BRING = "line_bring";

const Letter = z.object({
  memberId: z.string(),
  sessionKey: z.string(),
  slug: z.string().nullable(),
});

/** How long another process may take to hand something over. */
const HAND_OVER_MS = 5_000;

/** A resource that changes again within this time is told once. */
const GATHER_MS = 50;

/** How many resources may be gathered at once. */
const MAX_GATHERED = 10_000;

/**
 * Which legacy client listens where, and the way to it for what a server says or asks
 * outside of every request.
 */
export class ClientLines implements Unsolicited {
  readonly #deps: ClientLinesDeps;
  readonly #local: LocalLines;
  readonly #work = new OrderedWork();
  readonly #gathered = new Map<string, Disposable>();
  #listeners: Partial<LineListeners> = {};

  constructor(deps: ClientLinesDeps) {
    this.#deps = deps;
    this.#local = new LocalLines(deps.listening, deps.mail.instanceId, deps.log);
    deps.mail.on(BRING, (body) => this.#takeLetter(body));
  }

  /** Sets who gets what is not brought to clients as it comes. */
  listen(listeners: Partial<LineListeners>): void {
    this.#listeners = { ...this.#listeners, ...listeners };
  }

  /** Announces that a client listens here, until it is disposed of. */
  async open(line: ListeningLine): Promise<Disposable> {
    await this.#deps.mail.ready();
    return await this.#local.open(line);
  }

  notify(owner: Caller, target: Target, notification: RpcNotification): void {
    const list = listOfChange(notification.method);
    if (list !== null) return this.#listeners.onListChanged?.(owner, target, list);
    if (owner.era === "modern") {
      return this.#listeners.onModernNotification?.(owner, target, notification);
    }

    const tell = () => this.#tell(owner, { slug: target.slug, message: notification });
    if (notification.method !== "notifications/resources/updated") return tell();
    this.#gather(JSON.stringify([keyOf(owner), target.id, notification.params?.uri]), tell);
  }

  async ask(
    owner: Caller,
    target: Target,
    request: RpcRequest,
    signal: AbortSignal,
  ): Promise<RpcResponse> {
    if (owner.era === "modern") return unreachable(request);

    let scope: Scope | null = null;
    const answer = await this.#deps.asks.ask({
      client: owner,
      request,
      signal,
      send: async (message) => {
        scope = await this.#bring(owner, { slug: target.slug, message });
        return scope !== null;
      },
    });
    const { naming } = scope ?? scopeOf(null);
    return ownAnswer(naming, target.slug, answer);
  }

  /**
   * Brings a message, in the client's own names, to the stream that its session listens
   * on, here or at another process; `false` when there is none.
   */
  async bring(client: SessionOwner, message: RpcNotification | RpcRequest): Promise<boolean> {
    return await this.#bring(client, { slug: null, message }) !== null;
  }

  /** Whether a client listens anywhere for what nobody asked for. */
  async isListening(owner: SessionOwner): Promise<boolean> {
    return this.#local.find(owner) !== undefined || await this.#elsewhere(owner) !== null;
  }

  /**
   * Whether it is this stream that gets what concerns all of a session's: a message goes on
   * one of them only (2025-11-25, Streamable HTTP, Multiple Connections).
   */
  isChosen(owner: SessionOwner, send: ListeningLine["send"]): boolean {
    const line = this.#local.find(owner);
    return line === undefined || line.send === send;
  }

  /** Stops; the streams themselves are ended by who holds them. */
  close(): void {
    for (const waiting of this.#gathered.values()) waiting[Symbol.dispose]();
    this.#gathered.clear();
    this.#local.close();
  }

  #gather(key: string, tell: () => void): void {
    if (this.#gathered.has(key)) return;
    if (this.#gathered.size >= MAX_GATHERED) return tell();
    const waiting = afterAbout(GATHER_MS, () => {
      this.#gathered.delete(key);
      tell();
    });
    this.#gathered.set(key, waiting);
  }

  #tell(owner: SessionOwner, message: Message): void {
    this.#work.add(keyOf(owner), async () => {
      const line = this.#local.find(owner);
      if (line !== undefined) return void await handOver(line, message);
      const holder = await this.#elsewhere(owner);
      if (holder !== null) await this.#deps.mail.send(holder, BRING, letterOf(owner, message));
    });
  }

  /** The scope of the endpoint that the client listens at; `null` when it does nowhere. */
  async #bring(owner: SessionOwner, message: Message): Promise<Scope | null> {
    const line = this.#local.find(owner);
    if (line !== undefined) return await handOver(line, message) ? line.scope : null;

    const holder = await this.#elsewhere(owner);
    if (holder === null) return null;
    try {
      const letter = letterOf(owner, message);
      const { server } = await this.#deps.mail.ask(holder, BRING, letter, HAND_OVER_MS);
      return server === undefined ? null : scopeOf(typeof server === "string" ? server : null);
    } catch {
      // That process has ended without a word.
      return null;
    }
  }

  async #elsewhere(owner: SessionOwner): Promise<string | null> {
    const { listening, mail } = this.#deps;
    const holder = await listening.find(owner);
    return holder === mail.instanceId ? null : holder;
  }

  async #takeLetter(body: JsonObject): Promise<JsonObject> {
    const letter = Letter.safeParse(body);
    const read = asMessage(body.message);
    if (!letter.success || read === null || read.kind === "response") return {};
    const line = this.#local.find(letter.data);
    if (line === undefined) return {};
    const isTaken = await handOver(line, { slug: letter.data.slug, message: read.message });
    return isTaken ? { server: line.scope.server } : {};
  }
}

/** Brings a message to its client; `false` when that is not to hear it any more. */
async function handOver(line: ListeningLine, message: Message): Promise<boolean> {
  const { slug } = message;
  if (slug !== null && !await line.hears(slug, message.message)) return false;
  await line.send(inNamesOf(line.scope, message));
  return true;
}

function inNamesOf({ naming }: Scope, { slug, message }: Message) {
  if (slug === null) return message;
  return "id" in message
    ? exposeServerRequest(naming, slug, message)
    : exposeNotification(naming, slug, message);
}

function letterOf({ memberId, sessionKey }: SessionOwner, message: Message): JsonObject {
  return { memberId, sessionKey, ...message };
}

function keyOf({ memberId, sessionKey }: SessionOwner): string {
  return `${memberId} ${sessionKey}`;
}

function unreachable(request: RpcRequest): RpcResponse {
  return errorOf(request.id, RPC.internalError, "The client cannot be asked outside of a request");
}
