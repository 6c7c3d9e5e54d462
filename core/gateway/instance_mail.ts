import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { randomText } from "../ids.ts";
import type { Mailboxes, Receiver } from "../kv/mailboxes.ts";
import type { JsonObject } from "../mcp/message.ts";
import type { Log } from "./rpc_reply.ts";

/** Where every process listens for what concerns them all. */
const EVERYBODY = "all";

/** The kind of a letter that answers another one. */
const REPLY = "reply";

/** How many of its questions a process waits for at once. */
const MAX_WAITING = 10_000;

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

const Body = z.record(z.string(), z.unknown());
const Letter = z.object({
  kind: z.string(),
  /** The process that sent it. */
  from: z.string(),
  body: Body,
  /** Names the question that an answer will repeat; absent where none is wanted. */
  question: z.string().optional(),
});
type Letter = z.infer<typeof Letter>;

/** Takes the letters of one kind; what it returns is the answer where one is wanted. */
export type LetterHandler = (
  body: JsonObject,
  from: string,
) => JsonObject | void | Promise<JsonObject | void>;

interface Waiting {
  resolve(body: JsonObject): void;
  giveUp(): void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * The letters of this process: those to it alone and those to every process.
 *
 * Nothing is received before the first {@linkcode InstanceMail.ready}, so that a process
 * that nobody writes to reads nothing. Letters arrive in the order in which one process
 * sent them, and are handled side by side.
 */
export class InstanceMail {
  /** The name of this process among all that use the store. */
  readonly instanceId: string;
  readonly #mailboxes: Mailboxes;
  readonly #log: Log;
  readonly #handlers = new Map<string, LetterHandler>();
  readonly #waiting = new Map<string, Waiting>();
  #receivers: Receiver[] | null = null;
  #closed = false;

  constructor(mailboxes: Mailboxes, instanceId: string, log: Log) {
    this.#mailboxes = mailboxes;
    this.instanceId = instanceId;
    this.#log = log;
  }

  /** Sends the letters of a kind to one handler, from now on and for good. */
  on(kind: string, handler: LetterHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** Resolves when every letter that is sent from now on will be received. */
  async ready(): Promise<void> {
    this.listen();
    await Promise.all((this.#receivers ?? []).map(({ ready }) => ready));
  }

  /** Begins to receive, without waiting for it. */
  listen(): void {
    if (this.#closed || this.#receivers !== null) return;
    const take = (text: string) => void this.#take(text);
    this.#receivers = [
      this.#mailboxes.receive(this.instanceId, take),
      this.#mailboxes.receive(EVERYBODY, take, { shared: true }),
    ];
  }

  /**
   * Writes to one process; resolves when the letter cannot be lost any more. One to this
   * process is handed over at once.
   */
  async send(instanceId: string, kind: string, body: JsonObject): Promise<void> {
    await this.#post(instanceId, { kind, from: this.instanceId, body });
  }

  /** Writes to every process but this one. */
  async broadcast(kind: string, body: JsonObject): Promise<void> {
    await this.#post(EVERYBODY, { kind, from: this.instanceId, body });
  }

  /**
   * Writes to one process and waits for what its handler answers. Throws `not_found` when
   * no answer came in time: that process has ended, or its handler failed.
   */
  async ask(
    instanceId: string,
    kind: string,
    body: JsonObject,
    timeoutMs: number,
  ): Promise<JsonObject> {
    if (this.#waiting.size >= MAX_WAITING) throw tooMany();
    if (instanceId !== this.instanceId) await this.ready();
    if (this.#closed) throw unanswered(kind, instanceId);

    const question = randomText(24, ALPHABET);
    const answer = Promise.withResolvers<JsonObject>();
    // The time may be over while the letter is still on its way into the store.
    answer.promise.catch(() => {});
    const giveUp = () => answer.reject(unanswered(kind, instanceId));
    const timer = setTimeout(giveUp, timeoutMs);
    this.#waiting.set(question, { resolve: answer.resolve, giveUp, timer });
    try {
      await this.#post(instanceId, { kind, from: this.instanceId, body, question });
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(question);
    }
  }

  /** Receives no more; who still waits for an answer gets none. */
  close(): void {
    this.#closed = true;
    for (const receiver of this.#receivers ?? []) receiver[Symbol.dispose]();
    this.#receivers = null;
    for (const { giveUp } of this.#waiting.values()) giveUp();
  }

  async #post(address: string, letter: Letter): Promise<void> {
    if (address === this.instanceId) return void this.#handle(letter);
    await this.#mailboxes.send(address, JSON.stringify(letter));
  }

  async #take(text: string): Promise<void> {
    const letter = readLetter(text);
    if (letter !== null && letter.from !== this.instanceId) await this.#handle(letter);
  }

  async #handle({ kind, from, body, question }: Letter): Promise<void> {
    try {
      if (kind === REPLY) return this.#takeReply(question, body);
      const answer = await this.#handlers.get(kind)?.(body, from);
      if (question === undefined) return;
      await this.#post(from, { kind: REPLY, from: this.instanceId, body: answer ?? {}, question });
    } catch (error) {
      this.#log(`Cannot handle a letter of the kind "${kind}": ${error}`);
    }
  }

  #takeReply(question: string | undefined, body: JsonObject): void {
    this.#waiting.get(question ?? "")?.resolve(body);
  }
}

/** A process of another release may write what this one cannot read. */
function readLetter(text: string): Letter | null {
  try {
    return Letter.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function unanswered(kind: string, instanceId: string): GatewayError {
  return new GatewayError("not_found", `No answer to "${kind}" from process "${instanceId}"`);
}

function tooMany(): GatewayError {
  const sentence = `This gateway process waits for ${MAX_WAITING} others, which is its limit.`;
  return new GatewayError("too_many", sentence, { publicMessage: sentence });
}
