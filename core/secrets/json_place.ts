const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const DATA = [..."data"].map((char) => char.charCodeAt(0));

/** Follows whether a place in JSON, or in the data of events, is outside of a string. */
export class JsonPlace {
  isOutsideOfString = true;
  readonly #isEventStream: boolean;
  #isEscaped = false;
  /** Of a line of an event stream: how much of `data` was read; -1 in its text, -2 of another. */
  #name = 0;
  #isEmptyLine = true;

  constructor(isEventStream: boolean) {
    this.#isEventStream = isEventStream;
    if (!isEventStream) this.#name = -1;
  }

  /** Reads on. */
  pass(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#isEventStream && (byte === LF || byte === CR)) this.#endLine();
      else if (this.#name === -1) this.#text(byte);
      else this.#field(byte);
    }
  }

  #endLine(): void {
    if (this.#isEmptyLine) {
      this.isOutsideOfString = true;
      this.#isEscaped = false;
    }
    this.#isEmptyLine = true;
    this.#name = 0;
  }

  #field(byte: number): void {
    this.#isEmptyLine = false;
    if (this.#name === -2) return;
    if (this.#name === DATA.length) this.#name = byte === COLON ? -1 : -2;
    else this.#name = byte === DATA[this.#name] ? this.#name + 1 : -2;
  }

  #text(byte: number): void {
    if (this.isOutsideOfString) {
      this.isOutsideOfString = byte !== QUOTE;
    } else if (this.#isEscaped) {
      this.#isEscaped = false;
    } else if (byte === BACKSLASH) {
      this.#isEscaped = true;
    } else {
      this.isOutsideOfString = byte === QUOTE;
    }
  }
}
