import type { ByteSink } from "./echo_decoder.ts";

/** A run of backslashes that is longer than this hides nothing that is looked for. */
const MAX_RUN_BYTES = 16 * 1024;

/** The longest name or number of an HTML entity that is undone. */
const MAX_ENTITY = 8;

export const BACKSLASH = 0x5c;
export const PERCENT = 0x25;
export const AMPERSAND = 0x26;

const enum At {
  Plain,
  /** After a run of backslashes. */
  Run,
  /** In the four digits of `\uXXXX`. */
  Unit,
  /** In the two digits of `\xXX`. */
  Byte,
  /** In the two digits of `%XX`. */
  Percent,
  /** Between `&` and `;`. */
  Entity,
}

/** Undoes escapes once. */
export class EscapeLevel {
  /** Where what is pending begins; -1 when nothing is. */
  from = -1;
  readonly #sink: ByteSink;
  #at = At.Plain;
  /** What is given as it is when no escape comes of it: bytes, starts and ends. */
  readonly #bytes: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** The first half of a surrogate pair, and its place. */
  #high = 0;
  #highFrom = 0;
  #highEnd = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  readonly take = (byte: number, start: number, end: number): void => {
    switch (this.#at) {
      case At.Plain:
        return this.#plain(byte, start, end);
      case At.Run:
        return this.#afterRun(byte, start, end);
      case At.Unit:
      case At.Byte:
      case At.Percent:
        return this.#digit(byte, start, end);
      case At.Entity:
        return this.#entity(byte, start, end);
    }
  };

  flush(): void {
    this.#giveHigh();
    this.#giveUp();
  }

  #plain(byte: number, start: number, end: number): void {
    if (byte === BACKSLASH) {
      this.#open(At.Run, start);
      return;
    }
    this.#giveHigh();
    if (byte === PERCENT) this.#open(At.Percent, start, byte, end);
    else if (byte === AMPERSAND) this.#open(At.Entity, start, byte, end);
    else this.#sink(byte, start, end);
  }

  #open(at: At, start: number, byte = -1, end = start): void {
    this.#at = at;
    if (this.from < 0) this.from = start;
    if (byte >= 0) this.#keep(byte, start, end);
  }

  #afterRun(byte: number, start: number, end: number): void {
    if (byte === BACKSLASH) {
      if (end - this.from > MAX_RUN_BYTES) this.flush();
      return;
    }
    if (byte === 0x75 /* u */ || byte === 0x78 /* x */) {
      if (byte === 0x78) this.#giveHigh();
      this.#at = byte === 0x75 ? At.Unit : At.Byte;
      this.#keep(byte, start, end);
      return;
    }

    this.#giveHigh();
    const { from } = this;
    this.#close();
    const control = CONTROLS.get(byte);
    if (control !== undefined) this.#sink(control, from, end);
    else this.#plain(byte, from, end);
  }

  #digit(byte: number, start: number, end: number): void {
    const length = this.#at === At.Unit ? 4 : 2;
    const isDigit = hexValue(byte) >= 0;
    if (!isDigit) {
      this.#giveHigh();
      this.#giveUp();
      return this.take(byte, start, end);
    }
    this.#keep(byte, start, end);
    if (this.#bytes.length <= length) return;

    const value = this.#hex(1);
    if (this.#at === At.Unit) return this.#unit(value, end);
    if (this.#at === At.Percent && value === PERCENT) {
      this.#clear();
      this.#keep(PERCENT, this.from, end);
      return;
    }
    const { from } = this;
    this.#close();
    this.#sink(value, from, end);
  }

  #unit(unit: number, end: number): void {
    const isLow = unit >= 0xdc00 && unit < 0xe000;
    if (this.#high !== 0 && isLow) {
      const codePoint = 0x10000 + ((this.#high - 0xd800) << 10) + (unit - 0xdc00);
      const from = this.#highFrom;
      this.#high = 0;
      this.#close();
      return this.#giveCodePoint(codePoint, from, end);
    }

    this.#giveHigh();
    const { from } = this;
    this.#close();
    if (unit >= 0xd800 && unit < 0xdc00) {
      this.#high = unit;
      this.#highFrom = this.from = from;
      this.#highEnd = end;
      return;
    }
    this.#giveCodePoint(isLow ? 0xfffd : unit, from, end);
  }

  #entity(byte: number, start: number, end: number): void {
    const isPart = isAlphanumeric(byte) || (byte === 0x23 && this.#bytes.length === 1);
    if (isPart && this.#bytes.length <= MAX_ENTITY) return this.#keep(byte, start, end);

    const codePoint = byte === 0x3b /* ; */ ? this.#entityValue() : -1;
    if (codePoint < 0) {
      this.#giveUp();
      return this.take(byte, start, end);
    }
    if (codePoint === AMPERSAND) {
      this.#clear();
      this.#keep(AMPERSAND, this.from, end);
      return;
    }
    const { from } = this;
    this.#close();
    this.#giveCodePoint(codePoint, from, end);
  }

  #entityValue(): number {
    const name = String.fromCharCode(...this.#bytes.slice(1));
    const known = ENTITIES.get(name);
    if (known !== undefined) return known;
    const digits = /^#(?:x([0-9a-f]+)|([0-9]+))$/i.exec(name);
    if (digits === null) return -1;
    const value = digits[1] === undefined ? Number(digits[2]) : parseInt(digits[1], 16);
    return value > 0 && value < 0x110000 && (value < 0xd800 || value > 0xdfff) ? value : -1;
  }

  #giveCodePoint(codePoint: number, start: number, end: number): void {
    if (codePoint < 0x80) return this.#sink(codePoint, start, end);
    for (const byte of new TextEncoder().encode(String.fromCodePoint(codePoint))) {
      this.#sink(byte, start, end);
    }
  }

  /** Gives half of a pair whose other half did not come; what is pending begins behind it. */
  #giveHigh(): void {
    if (this.#high === 0) return;
    this.#high = 0;
    this.from = this.#at === At.Plain ? -1 : this.#highEnd;
    this.#giveCodePoint(0xfffd, this.#highFrom, this.#highEnd);
  }

  /** What is pending is no escape. */
  #giveUp(): void {
    const { from } = this;
    const bytes = this.#bytes.slice();
    const starts = this.#starts.slice();
    const ends = this.#ends.slice();
    this.#close();
    // A run of backslashes belongs to what it stands before.
    if (starts.length > 0) starts[0] = from;
    for (let at = 0; at < bytes.length; at++) this.#sink(bytes[at], starts[at], ends[at]);
  }

  #keep(byte: number, start: number, end: number): void {
    this.#bytes.push(byte);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  #hex(from: number): number {
    let value = 0;
    for (let at = from; at < this.#bytes.length; at++) {
      value = value * 16 + hexValue(this.#bytes[at]);
    }
    return value;
  }

  #close(): void {
    this.#at = At.Plain;
    this.from = -1;
    this.#clear();
  }

  #clear(): void {
    this.#bytes.length = 0;
    this.#starts.length = 0;
    this.#ends.length = 0;
  }
}

/** What the letters behind a backslash stand for (RFC 8259, section 7). */
const CONTROLS = new Map([[0x62, 8], [0x66, 12], [0x6e, 10], [0x72, 13], [0x74, 9]]);

const ENTITIES = new Map([["amp", 0x26], ["lt", 0x3c], ["gt", 0x3e], ["quot", 0x22], [
  "apos",
  0x27,
]]);

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isAlphanumeric(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}
