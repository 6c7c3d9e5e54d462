import type { EventStream } from "./event_stream.ts";
import { TakenBack } from "./in_flight.ts";

const ENCODER = new TextEncoder();
const HEAD = ENCODER.encode("event: message\ndata: ");
const END = ENCODER.encode("\n\n");

/**
 * One message to a client that is written in pieces, as an event of its own or as a whole
 * body. Nothing else is written to the connection in between.
 */
export class LongMessage {
  readonly #connection: EventStream;
  /** Whether it is an event among others, or all that its connection carries. */
  readonly isEvent: boolean;
  /** The piece that is being written. */
  #writing: Promise<boolean> = Promise.resolve(true);
  #isOver = false;

  private constructor(connection: EventStream, isEvent: boolean) {
    this.#connection = connection;
    this.isEvent = isEvent;
  }

  /** Begins one when it is its turn. Rejects with `TakenBack` when the client has left. */
  static async begin(connection: EventStream, isEvent: boolean): Promise<LongMessage> {
    if (!await connection.beginLong()) throw left();
    const message = new LongMessage(connection, isEvent);
    if (isEvent) await message.write(HEAD);
    return message;
  }

  /** Writes a piece once there is room. Rejects with `TakenBack` when the client has left. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isOver) throw left();
    this.#writing = this.#connection.writeLong(bytes);
    if (!await this.#writing) throw left();
  }

  /** Writes the last pieces and makes room for other messages. */
  async end(rest: readonly Uint8Array[]): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    // Whoever breaks off may do so while a piece waits for room.
    await this.#writing;
    for (const bytes of rest) await this.#connection.writeLong(bytes);
    if (this.isEvent) await this.#connection.writeLong(END);
    this.#connection.endLong();
  }

  /**
   * Gives a message up in its middle. An event is over then, and is no JSON, so that its
   * reader drops it; a body is cut when its connection ends.
   */
  async breakOff(): Promise<void> {
    if (this.isEvent) await this.end([]);
  }
}

function left(): TakenBack {
  return new TakenBack("The client left in the middle of its answer");
}
