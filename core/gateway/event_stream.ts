/** How much text may wait for a slow reader before writers wait too, in bytes. */
const BUFFER_BYTES = 64 * 1024;

/** How many messages may wait for a reader; whoever waits for an answer has one of them. */
const MAX_WAITING = 10_000;

const ENCODER = new TextEncoder();

/**
 * The body of an event stream: written from one side, read by a client.
 *
 * `onGone` is called once when the client leaves, which only the body's `cancel` tells
 * for certain.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
  /** What all who wait for room wait for; `null` while nobody does. */
  #room: PromiseWithResolvers<void> | null = null;
  /** Whether one message is being written in pieces. */
  #isLong = false;
  #onOver: (() => void) | null = null;
  #waiting = 0;
  /** Resolves when the last of those who wait has written. */
  #lastTurn: Promise<void> = Promise.resolve();
  readonly #onGone: () => void;

  constructor(onGone: () => void) {
    this.#onGone = onGone;
    this.body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#wake(),
      cancel: () => {
        this.#controller = null;
        this.#wake();
        onGone();
        this.#tellOver();
      },
    }, { highWaterMark: BUFFER_BYTES, size: (chunk) => chunk.byteLength });
  }

  /** Sets who is told once that it is over, whichever side ended it. */
  onOver(listener: () => void): void {
    this.#onOver = listener;
  }

  /** Whether something written now would still be read. */
  get isOpen(): boolean {
    return this.#controller !== null;
  }

  /**
   * Writes once there is room; what is written after the end is dropped. A reader that lets
   * too much wait is taken for gone: nothing else would keep unasked messages from piling up.
   */
  async write(text: string): Promise<void> {
    if (this.#waiting >= MAX_WAITING) return this.#giveUp();
    const bytes = ENCODER.encode(text);
    if (this.#waiting > 0 || this.#isFull() || this.#isInLong()) return await this.#inTurn(bytes);
    this.#controller?.enqueue(bytes);
  }

  /** Waits behind those who wait already: the order of events is their order on the stream. */
  async #inTurn(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const before = this.#lastTurn;
    const turn = Promise.withResolvers<void>();
    this.#lastTurn = turn.promise;
    this.#waiting++;

    await before;
    while (this.#isFull() || this.#isInLong()) await this.#change();
    this.#waiting--;
    this.#controller?.enqueue(bytes);
    turn.resolve();
  }

  /**
   * Begins a message that is written in pieces, when it is its turn; whatever else is
   * written waits for its end. `false` when nobody reads any more.
   */
  async beginLong(): Promise<boolean> {
    while (this.#isInLong()) await this.#change();
    this.#isLong = this.isOpen;
    return this.isOpen;
  }

  /** Writes a piece of that message once there is room; `false` when nobody reads it. */
  async writeLong(bytes: Uint8Array): Promise<boolean> {
    while (this.#isFull()) await this.#change();
    this.#controller?.enqueue(new Uint8Array(bytes));
    return this.isOpen;
  }

  /** Says that the message is complete. */
  endLong(): void {
    this.#isLong = false;
    this.#wake();
  }

  /** Writes only if there is room: a reader that is busy needs no sign of life. */
  tryWrite(text: string): void {
    if (!this.#isFull() && !this.#isLong) this.#controller?.enqueue(ENCODER.encode(text));
  }

  /** Ends the stream: cleanly, unless it is in the middle of a long message. */
  end(): void {
    const controller = this.#controller;
    this.#controller = null;
    this.#wake();
    if (this.#isLong) controller?.error(new Error("The message is not complete"));
    else controller?.close();
    this.#tellOver();
  }

  #giveUp(): void {
    const controller = this.#controller;
    if (controller === null) return;
    this.#controller = null;
    this.#wake();
    controller.error(new Error("The reader is too slow"));
    this.#onGone();
    this.#tellOver();
  }

  #tellOver(): void {
    const tell = this.#onOver;
    this.#onOver = null;
    tell?.();
  }

  #change(): Promise<void> {
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  #wake(): void {
    this.#room?.resolve();
    this.#room = null;
  }

  #isInLong(): boolean {
    return this.#isLong && this.isOpen;
  }

  #isFull(): boolean {
    return (this.#controller?.desiredSize ?? 1) <= 0;
  }
}

/** The headers of every event stream that the gateway sends. */
export const STREAM_HEADERS: Record<string, string> = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  // Asks nginx and others not to hold events back.
  "x-accel-buffering": "no",
};
