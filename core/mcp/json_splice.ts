import { JsonFault, type JsonKind, JsonLexer, type JsonTokens } from "./json_lexer.ts";
import { type Place, placesOf, type Spot } from "./json_spots.ts";

/** How much of one value is held so that it can be changed, in bytes. */
export const MAX_HELD_BYTES = 64 * 1024;

/** The longest key that is looked at, in bytes. */
const MAX_KEY_BYTES = 1024 * 1024;

/** An object or array on the way to a spot, while it is open. */
interface Frame {
  place: Place;
  isObject: boolean;
  /** How many members of it were sent on. */
  kept: number;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/**
 * Changes one JSON text on its way, chunk by chunk.
 *
 * What no spot names passes byte for byte, but for line ends and, beside spots, spaces
 * between tokens. Only keys beside spots and values to be mapped are held.
 */
export class JsonSplice implements JsonTokens {
  readonly #lexer = new JsonLexer(this);
  readonly #frames: Frame[] = [];
  /** How many containers are open that lead to no spot. */
  #beside = 0;
  /** Where the value that is next stands, if it is on the way to a spot. */
  #place: Place | null;
  /** The key that was read last, of an object on the way to a spot. */
  #key: Uint8Array = new Uint8Array();

  #chunk: Uint8Array = new Uint8Array();
  #out: Uint8Array[] = [];
  /** Where in the chunk that begins which passes as it is; `null` while nothing does. */
  #passFrom: number | null = null;
  /** Where in the chunk that begins which is held. */
  #holdFrom: number | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #holdsKey = false;

  constructor(spots: readonly Spot[]) {
    this.#place = placesOf(spots);
  }

  /**
   * Takes the next bytes, which are its own from then on, and gives what can be sent.
   * Throws {@linkcode JsonFault} for what is no JSON.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#begin(chunk);
    this.#lexer.push(chunk);
    this.#emitPassing(chunk.length);
    if (this.#holdFrom !== null) this.#hold(chunk.length);
    return this.#taken();
  }

  /** Gives what is left. Throws {@linkcode JsonFault} when the text is not complete. */
  end(): Uint8Array[] {
    this.#begin(new Uint8Array());
    this.#lexer.end();
    return this.#taken();
  }

  keyStart(at: number): void {
    if (this.#beside > 0) return;
    this.#holdFrom = at;
    this.#holdsKey = true;
  }

  keyEnd(at: number): void {
    if (this.#beside > 0) return;
    this.#key = this.#takeHeld(at);
    const key = JSON.parse(DECODER.decode(this.#key));
    this.#place = this.#frames.at(-1)?.place.members.get(key) ?? null;
  }

  valueStart(at: number, kind: JsonKind): void {
    const isContainer = kind === "object" || kind === "array";
    if (this.#beside > 0) {
      if (isContainer) this.#beside++;
      return;
    }

    const frame = this.#frames.at(-1);
    if (frame !== undefined && !frame.isObject) this.#place = frame.place.each;
    const place = this.#place;
    place?.spot.meet?.(kind);
    const isKept = frame === undefined || !frame.isObject || this.#keepMember(frame, kind);
    if (isContainer) this.#beginContainer(place, kind === "object", at, isKept);
    else if (isKept) this.#beginScalar(place, at);
  }

  closing(at: number): void {
    if (this.#beside > 0) {
      this.#beside--;
      return;
    }

    const frame = this.#frames.pop();
    if (frame === undefined || !frame.isObject) return;
    const tail = frame.place.spot.tail?.() ?? "";
    if (tail !== "") this.#emitText(frame.kept > 0 ? `,${tail}` : tail);
    this.#passFrom = at;
  }

  valueEnd(at: number): void {
    if (this.#beside > 0) return;
    if (this.#holdFrom !== null) this.#emitMapped(this.#takeHeld(at));
    this.#emitPassing(at);
    const isInArray = this.#frames.at(-1)?.isObject === false;
    this.#passFrom = isInArray ? at : null;
  }

  /** Sends a member's key on, unless the member is to be left out. */
  #keepMember(frame: Frame, kind: JsonKind): boolean {
    if (this.#place?.spot.drop?.(kind) === true) return false;
    if (frame.kept > 0) this.#emitText(",");
    this.#out.push(this.#key);
    this.#emitText(":");
    frame.kept++;
    return true;
  }

  #beginContainer(place: Place | null, isObject: boolean, at: number, isKept: boolean): void {
    if (isKept) this.#passFrom ??= at;
    if (!isKept || place === null || place.isLast) {
      this.#beside = 1;
      return;
    }

    this.#frames.push({ place, isObject, kept: 0 });
    if (!isObject) return;
    this.#emitPassing(at + 1);
    this.#passFrom = null;
  }

  #beginScalar(place: Place | null, at: number): void {
    if (place?.spot.map === undefined) {
      this.#passFrom ??= at;
      return;
    }
    this.#emitPassing(at);
    this.#passFrom = null;
    this.#holdFrom = at;
    this.#holdsKey = false;
    this.#place = place;
  }

  #emitMapped(held: Uint8Array): void {
    const map = this.#place?.spot.map;
    if (map === undefined || held.length > MAX_HELD_BYTES) this.#out.push(held);
    else this.#emitText(map(DECODER.decode(held)));
  }

  #begin(chunk: Uint8Array): void {
    this.#chunk = chunk;
    if (this.#passFrom !== null) this.#passFrom = 0;
    if (this.#holdFrom !== null) this.#holdFrom = 0;
  }

  #emitText(text: string): void {
    this.#out.push(ENCODER.encode(text));
  }

  #emitPassing(to: number): void {
    if (this.#passFrom === null || this.#passFrom >= to) return;
    this.#out.push(this.#chunk.subarray(this.#passFrom, to));
    this.#passFrom = to;
  }

  /** Keeps what is held of this chunk; a value that grows too long is let go as it is. */
  #hold(to: number): void {
    this.#held.push(this.#chunk.slice(this.#holdFrom ?? to, to));
    this.#heldBytes += to - (this.#holdFrom ?? to);
    if (this.#holdsKey && this.#heldBytes > MAX_KEY_BYTES) {
      throw new JsonFault(`A key has more than ${MAX_KEY_BYTES / 1024} KiB`);
    }
    if (this.#holdsKey || this.#heldBytes <= MAX_HELD_BYTES) return;
    this.#out.push(...this.#held);
    this.#letGo();
    this.#passFrom = to;
  }

  #takeHeld(at: number): Uint8Array {
    const last = this.#chunk.slice(this.#holdFrom ?? at, at);
    const all = this.#held.length === 0 ? last : joined([...this.#held, last]);
    this.#letGo();
    return all;
  }

  #letGo(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#holdFrom = null;
  }

  #taken(): Uint8Array[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }
}

/** Chunks as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const chunk of chunks) {
    all.set(chunk, end);
    end += chunk.length;
  }
  return all;
}
