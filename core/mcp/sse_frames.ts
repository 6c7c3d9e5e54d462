import { BytePile } from "./byte_pile.ts";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

/**
 * Cuts the bytes of an event stream where events end.
 *
 * What is given out is whole events; what is not whole yet is held.
 */
export class SseFrames {
  readonly #held = new BytePile();
  #isLineEmpty = true;
  #wasCr = false;
  /** Whether the last line end was that of an event. */
  #isEnd = false;

  /** How many bytes of the event that is not complete are held. */
  get heldBytes(): number {
    return this.#held.sizeBytes;
  }

  /** Takes the next bytes and gives the events that are complete now, as one text. */
  push(chunk: Uint8Array): Uint8Array {
    const end = this.#lastEnd(chunk);
    if (end === 0) {
      this.#held.push(chunk);
      return new Uint8Array();
    }
    const whole = this.#held.take(chunk.subarray(0, end));
    if (end < chunk.length) this.#held.push(chunk.subarray(end));
    return whole;
  }

  /** What is held: the beginning of an event. */
  beginning(): Uint8Array {
    return this.#held.bytes();
  }

  /** Forgets what is held: somebody else has read that event to its end. */
  restart(): void {
    this.#held.clear();
    this.#isLineEmpty = true;
    this.#wasCr = false;
  }

  /** Where the last event that ends in this chunk is over; 0 = none does. */
  #lastEnd(chunk: Uint8Array): number {
    let end = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === LF && this.#wasCr) {
        this.#wasCr = false;
        if (this.#isEnd) end = at + 1;
        continue;
      }
      this.#wasCr = byte === CR;
      if (byte !== LF && byte !== CR) {
        this.#isLineEmpty = false;
        continue;
      }
      this.#isEnd = this.#isLineEmpty;
      if (this.#isEnd) end = at + 1;
      this.#isLineEmpty = true;
    }
    return end;
  }
}

/** Whether the line that is being read holds data, and how far its name has come. */
type Line = "name" | "first" | "data" | "other";

/**
 * Takes the data out of one event, chunk by chunk, without holding it.
 *
 * Data of several lines is joined by line ends, as the format wants.
 */
export class SseData {
  #line: Line = "name";
  #name = "";
  #wasCr = false;
  #lines = 0;
  #rest: Uint8Array | null = null;

  /** What came behind the event's end; `null` while it has not ended. */
  get rest(): Uint8Array | null {
    return this.#rest;
  }

  /** Takes the next bytes and gives the data in them; gives no more after the end. */
  push(chunk: Uint8Array): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let at = 0; at < chunk.length && this.#rest === null;) at = this.#read(chunk, at, out);
    return out;
  }

  #read(chunk: Uint8Array, at: number, out: Uint8Array[]): number {
    const byte = chunk[at];
    const isSecond = byte === LF && this.#wasCr;
    this.#wasCr = byte === CR;
    if (isSecond) return at + 1;
    if (byte === LF || byte === CR) return this.#endLine(chunk, at);

    switch (this.#line) {
      case "name":
        this.#readName(byte, out);
        return at + 1;
      case "first":
        this.#line = "data";
        return byte === SPACE ? at + 1 : at;
      default:
        return this.#readLine(chunk, at, out);
    }
  }

  #readName(byte: number, out: Uint8Array[]): void {
    if (byte !== COLON) {
      // Nothing that is looked for has a longer name.
      if (this.#name.length < 8) this.#name += String.fromCharCode(byte);
      return;
    }
    const isData = this.#name === "data";
    this.#line = isData ? "first" : "other";
    if (isData && this.#lines++ > 0) out.push(Uint8Array.of(LF));
  }

  #readLine(chunk: Uint8Array, from: number, out: Uint8Array[]): number {
    let to = from;
    while (to < chunk.length && chunk[to] !== LF && chunk[to] !== CR) to++;
    if (this.#line === "data" && to > from) out.push(chunk.subarray(from, to));
    return to;
  }

  #endLine(chunk: Uint8Array, at: number): number {
    const isBlank = this.#line === "name" && this.#name === "";
    this.#line = "name";
    this.#name = "";
    if (!isBlank) return at + 1;

    const next = chunk[at] === CR && chunk[at + 1] === LF ? at + 2 : at + 1;
    this.#rest = chunk.subarray(next);
    return next;
  }
}
