import type { ByteSink } from "./echo_decoder.ts";

const LF = 0x0a;
const CR = 0x0d;
const FIELD = [..."data:"].map((char) => char.charCodeAt(0));
const SPACE = 0x20;

/**
 * Joins the lines of data of an event: leaves out line breaks, and the `data:` behind them
 * with one space (HTML, Server-Sent Events). Lines of other fields stay as they are.
 */
export class LineJoin {
  /** Whether the last byte was the end of an event: an empty line. */
  isEventOver = false;
  #isLineStart = false;
  #wasCr = false;
  /** How much of the field's name was read at the start of this line. */
  #matched = 0;
  #mayBeSpace = false;

  /** Whether the next byte may be left out. */
  get isPending(): boolean {
    return this.#isLineStart || this.#mayBeSpace;
  }

  /** Takes the next byte, and gives on what is no part of a break between lines. */
  take(byte: number, place: number, sink: ByteSink): void {
    const wasCr = this.#wasCr;
    this.isEventOver = false;
    this.#wasCr = byte === CR;
    if (byte === LF && wasCr) return;
    if (byte === LF || byte === CR) return this.#lineBreak(place, sink);

    if (this.#mayBeSpace) {
      this.#mayBeSpace = false;
      if (byte === SPACE) return;
    }
    if (!this.#isLineStart) return sink(byte, place, place + 1);

    if (byte === FIELD[this.#matched]) {
      this.#matched++;
      if (this.#matched < FIELD.length) return;
      this.#matched = 0;
      this.#isLineStart = false;
      this.#mayBeSpace = true;
      return;
    }
    this.#giveField(place, sink);
    sink(byte, place, place + 1);
  }

  #lineBreak(place: number, sink: ByteSink): void {
    this.isEventOver = this.#isLineStart && this.#matched === 0;
    this.#giveField(place, sink);
    this.#mayBeSpace = false;
    this.#isLineStart = !this.isEventOver;
    this.#matched = 0;
  }

  /** What was read of the name is no field. */
  #giveField(place: number, sink: ByteSink): void {
    const from = place - this.#matched;
    for (let at = 0; at < this.#matched; at++) sink(FIELD[at], from + at, from + at + 1);
    this.#isLineStart = false;
    this.#matched = 0;
  }
}
