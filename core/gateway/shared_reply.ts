import type { RpcNotification, RpcRequest } from "../mcp/message.ts";
import { messageEvent } from "../mcp/sse.ts";
import type { EventStream } from "./event_stream.ts";
import type { Served } from "./incoming.ts";
import { LongMessage } from "./long_message.ts";
import type { ReplySink } from "./reply_lines.ts";

/** The reply to one message on a stream that carries those to others too. */
export class SharedReply implements ReplySink {
  readonly lost: AbortSignal;
  readonly #stream: EventStream;
  /** The answer, while it is given in pieces. */
  #long: LongMessage | null = null;

  constructor(stream: EventStream, lost: AbortSignal) {
    this.#stream = stream;
    this.lost = lost;
  }

  get takesLong(): boolean {
    return this.#stream.isOpen;
  }

  async say(message: RpcNotification | RpcRequest): Promise<boolean> {
    await this.#stream.write(messageEvent(JSON.stringify(message)));
    return this.#stream.isOpen;
  }

  async pass(bytes: Uint8Array): Promise<void> {
    this.#long ??= await LongMessage.begin(this.#stream, true);
    await this.#long.write(bytes);
  }

  /** Gives an answer, or its end. */
  async finish({ json, rest }: Pick<Served, "json" | "rest">): Promise<void> {
    if (rest !== undefined) {
      this.#long ??= await LongMessage.begin(this.#stream, true);
      return await this.#long.end(rest);
    }
    // What was given is no answer: an error follows it.
    await this.drop();
    await this.#stream.write(messageEvent(json));
  }

  /** Leaves the answer out: the client took its request back. */
  async drop(): Promise<void> {
    await this.#long?.breakOff();
  }
}
