import { messageEvent } from "../mcp/sse.ts";
import type { EventStream } from "./event_stream.ts";

/** A stream of JSON-RPC messages to a client, over one connection or several. */
export interface MessageStream {
  /** Where a long message can be written in pieces; `null` where it cannot be now. */
  readonly connection: EventStream | null;
  /** Sends one message; waits for a slow reader. What nobody will read is dropped. */
  send(json: string): Promise<void>;
  /** Ends it after its last message. */
  end(): void;
  /** Ends it for good: nobody is to read it any more. */
  drop(): void;
  /** The client closed the connection that this is written to. */
  left(connection: EventStream): void;
}

/** A stream that lasts as long as its one connection. */
export class PlainStream implements MessageStream {
  readonly connection: EventStream;
  readonly #onLost: () => void;

  /** `onLost` is called when nothing that is sent will be read any more. */
  constructor(connection: EventStream, onLost: () => void) {
    this.connection = connection;
    this.#onLost = onLost;
  }

  async send(json: string): Promise<void> {
    await this.connection.write(messageEvent(json));
  }

  end(): void {
    this.connection.end();
  }

  drop(): void {
    this.connection.end();
    this.#onLost();
  }

  left(): void {
    this.#onLost();
  }
}
