import { afterByte, beginNumber, isDigit, isWholeNumber } from "./json_number.ts";

/** What one JSON value is, as its first byte tells. */
export type JsonKind = "object" | "array" | "string" | "number" | "true" | "false" | "null";

/**
 * Takes what a {@linkcode JsonLexer} finds. Every place is an index into the chunk that is
 * being read; a token that began in an earlier chunk ends in this one.
 */
export interface JsonTokens {
  valueStart(at: number, kind: JsonKind): void;
  /** An object or array ends with the byte at this place; its `valueEnd` follows. */
  closing(at: number): void;
  /** The value that began last, of those that have not ended, ends before this place. */
  valueEnd(at: number): void;
  keyStart(at: number): void;
  keyEnd(at: number): void;
}

/** A text that is no JSON, or is nested too deep. */
export class JsonFault extends Error {
  override name = "JsonFault";
}

/** How deep objects and arrays may lie in each other. */
export const MAX_JSON_DEPTH = 1_000;

/** A text that is nested deeper than anything needs: walking it could exhaust the stack. */
export class JsonTooDeep extends JsonFault {
  override name = "JsonTooDeep";

  constructor() {
    super(`The text is nested deeper than ${MAX_JSON_DEPTH}`);
  }
}

/** What may come next. */
const VALUE = 0;
const FIRST_ITEM = 1;
const FIRST_KEY = 2;
const KEY = 3;
const COLON = 4;
const AFTER = 5;
const NOTHING = 6;
/** What is being read. */
const STRING = 7;
const ESCAPE = 8;
const HEX = 9;
const NUMBER = 10;
const WORD = 11;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const COMMA = 0x2c;

const WORDS = new Map<number, Word>([
  [0x74, wordOf("true")],
  [0x66, wordOf("false")],
  [0x6e, wordOf("null")],
]);

interface Word {
  kind: "true" | "false" | "null";
  bytes: Uint8Array;
}

/**
 * Reads one JSON value from chunks of UTF-8 and tells where its parts are.
 *
 * It keeps nothing of the text but where it stands. Line ends between tokens become
 * spaces in the chunk itself, so that the text can be sent in one line.
 */
export class JsonLexer {
  readonly #tokens: JsonTokens;
  /** 1 where the container at that depth is an object. */
  readonly #isObject = new Uint8Array(MAX_JSON_DEPTH);
  #depth = 0;
  #state = VALUE;
  #isKey = false;
  #hexLeft = 0;
  #number = 0;
  #word: Word = wordOf("null");
  #wordAt = 0;

  constructor(tokens: JsonTokens) {
    this.#tokens = tokens;
  }

  /** Reads the next chunk. Throws {@linkcode JsonFault}. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) at = this.#read(chunk, at);
  }

  /** Says that nothing comes any more. Throws {@linkcode JsonFault} for half a value. */
  end(): void {
    if (this.#state === NUMBER && this.#depth === 0) this.#endNumber(0);
    if (this.#state !== NOTHING) throw new JsonFault("The text ends in the middle");
  }

  #read(chunk: Uint8Array, at: number): number {
    switch (this.#state) {
      case STRING:
        return this.#readString(chunk, at);
      case ESCAPE:
        return this.#readEscape(chunk[at], at);
      case HEX:
        return this.#readHex(chunk[at], at);
      case NUMBER:
        return this.#readNumber(chunk, at);
      case WORD:
        return this.#readWord(chunk[at], at);
      default:
        return this.#readToken(chunk, at);
    }
  }

  #readToken(chunk: Uint8Array, at: number): number {
    const byte = chunk[at];
    if (byte <= SPACE) return this.#skipSpace(chunk, at);

    switch (this.#state) {
      case FIRST_ITEM:
        return byte === ARRAY_END ? this.#close(at) : this.#beginValue(byte, at);
      case VALUE:
        return this.#beginValue(byte, at);
      case FIRST_KEY:
        return byte === OBJECT_END ? this.#close(at) : this.#beginKey(byte, at);
      case KEY:
        return this.#beginKey(byte, at);
      case COLON:
        if (byte !== 0x3a) throw unexpected(byte);
        this.#state = VALUE;
        return at + 1;
      case AFTER:
        return this.#readSeparator(byte, at);
      default:
        throw unexpected(byte);
    }
  }

  #skipSpace(chunk: Uint8Array, at: number): number {
    const byte = chunk[at];
    if (byte === 0x0a || byte === 0x0d) chunk[at] = SPACE;
    else if (byte !== SPACE && byte !== 0x09) throw unexpected(byte);
    return at + 1;
  }

  #readSeparator(byte: number, at: number): number {
    const isObject = this.#isObject[this.#depth - 1] === 1;
    if (byte === COMMA) {
      this.#state = isObject ? KEY : VALUE;
      return at + 1;
    }
    if (byte !== (isObject ? OBJECT_END : ARRAY_END)) throw unexpected(byte);
    return this.#close(at);
  }

  #beginValue(byte: number, at: number): number {
    if (byte === OBJECT || byte === ARRAY) return this.#open(byte === OBJECT, at);
    if (byte === QUOTE) {
      this.#isKey = false;
      this.#state = STRING;
      this.#tokens.valueStart(at, "string");
      return at + 1;
    }
    const word = WORDS.get(byte);
    if (word === undefined) return this.#beginNumber(byte, at);
    this.#word = word;
    this.#wordAt = 1;
    this.#state = WORD;
    this.#tokens.valueStart(at, word.kind);
    return at + 1;
  }

  #open(isObject: boolean, at: number): number {
    if (this.#depth === MAX_JSON_DEPTH) throw new JsonTooDeep();
    this.#isObject[this.#depth++] = isObject ? 1 : 0;
    this.#state = isObject ? FIRST_KEY : FIRST_ITEM;
    this.#tokens.valueStart(at, isObject ? "object" : "array");
    return at + 1;
  }

  #close(at: number): number {
    this.#tokens.closing(at);
    this.#depth--;
    this.#endValue(at + 1);
    return at + 1;
  }

  #beginKey(byte: number, at: number): number {
    if (byte !== QUOTE) throw unexpected(byte);
    this.#isKey = true;
    this.#state = STRING;
    this.#tokens.keyStart(at);
    return at + 1;
  }

  #readString(chunk: Uint8Array, from: number): number {
    let at = from;
    let byte = 0;
    for (; at < chunk.length; at++) {
      byte = chunk[at];
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
    }
    if (at === chunk.length) return at;
    if (byte < SPACE) throw unexpected(byte);
    if (byte === QUOTE) return this.#endString(at + 1);
    this.#state = ESCAPE;
    return at + 1;
  }

  #endString(at: number): number {
    if (this.#isKey) {
      this.#state = COLON;
      this.#tokens.keyEnd(at);
    } else this.#endValue(at);
    return at;
  }

  #readEscape(byte: number, at: number): number {
    if (byte === 0x75) {
      this.#hexLeft = 4;
      this.#state = HEX;
      return at + 1;
    }
    if (!'"\\/bfnrt'.includes(String.fromCharCode(byte))) throw unexpected(byte);
    this.#state = STRING;
    return at + 1;
  }

  #readHex(byte: number, at: number): number {
    const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66;
    if (!isLetter && !isDigit(byte)) throw unexpected(byte);
    if (--this.#hexLeft === 0) this.#state = STRING;
    return at + 1;
  }

  #beginNumber(byte: number, at: number): number {
    if (byte !== 0x2d && !isDigit(byte)) throw unexpected(byte);
    this.#number = beginNumber(byte);
    this.#state = NUMBER;
    this.#tokens.valueStart(at, "number");
    return at + 1;
  }

  #readNumber(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const next = afterByte(this.#number, chunk[at]);
      if (next === null) return this.#endNumber(at);
      this.#number = next;
    }
    return chunk.length;
  }

  #endNumber(at: number): number {
    if (!isWholeNumber(this.#number)) throw new JsonFault("A number is not complete");
    this.#endValue(at);
    return at;
  }

  #readWord(byte: number, at: number): number {
    if (byte !== this.#word.bytes[this.#wordAt]) throw unexpected(byte);
    this.#wordAt++;
    if (this.#wordAt === this.#word.bytes.length) this.#endValue(at + 1);
    return at + 1;
  }

  #endValue(at: number): void {
    this.#state = this.#depth === 0 ? NOTHING : AFTER;
    this.#tokens.valueEnd(at);
  }
}

function wordOf(kind: Word["kind"]): Word {
  return { kind, bytes: new TextEncoder().encode(kind) };
}

function unexpected(byte: number): JsonFault {
  return new JsonFault(`The text is not JSON: byte 0x${byte.toString(16)} is out of place`);
}
