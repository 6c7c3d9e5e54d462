import { joined } from "../mcp/json_splice.ts";
import { EchoDecoder } from "./echo_decoder.ts";
import type { EchoAutomaton } from "./echo_automaton.ts";
import { DROPPED, FOLDED } from "./echo_fold.ts";
import type { Needle } from "./echo_forms.ts";
import { HeldBytes } from "./held_bytes.ts";
import { JsonPlace } from "./json_place.ts";
import { LineJoin } from "./line_join.ts";

/** How a text is read. */
export interface ScanOptions {
  /** An event stream: a value may go on in the next line of data, and ends with its event. */
  isEventStream: boolean;
  /** Told of each value that was taken out, also of one that another overlaps. */
  onFound(needle: Needle): void;
}

/** A value in the text, by the places of its first byte and of that behind its last. */
interface Finding {
  start: number;
  end: number;
  needle: Needle;
}

/** How much is held of what may be a value; one that is stretched further is given up. */
const MAX_HELD_BYTES = 64 * 1024;
/** How many bytes one byte of a value is at most written with. */
const MAX_BYTES_A_BYTE = 12;

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array();

/**
 * Takes values out of a text that comes in pieces, in one pass: each becomes
 * `[redacted:NAME]`, in place of all that it was written with.
 *
 * What is held back is what may be the beginning of a value. In an event stream that is
 * nothing at the end of an event, so that none waits for the next.
 */
export class LeakScanner {
  readonly #automaton: EchoAutomaton;
  readonly #options: ScanOptions;
  readonly #decoder = new EchoDecoder((byte, start, end) => this.#match(byte, start, end));
  readonly #lines: LineJoin | null;
  readonly #place: JsonPlace | null;
  readonly #maxHeld: number;

  /** The place behind the last byte that was read. */
  #position = 0;
  readonly #held = new HeldBytes();
  #findings: Finding[] = [];

  #node = 0;
  /** Where the last folded bytes began, as many as a needle has: a ring. */
  readonly #starts: Float64Array;
  readonly #mask: number;
  #count = 0;

  constructor(automaton: EchoAutomaton, options: ScanOptions) {
    this.#automaton = automaton;
    this.#options = options;
    const { maxDepth, needles } = automaton;
    const ring = 2 ** Math.ceil(Math.log2(maxDepth + 1));
    this.#starts = new Float64Array(ring);
    this.#mask = ring - 1;
    this.#maxHeld = Math.max(MAX_HELD_BYTES, maxDepth * MAX_BYTES_A_BYTE);
    this.#lines = options.isEventStream ? new LineJoin() : null;
    const hasBare = needles.some(({ isBareJson }) => isBareJson);
    this.#place = hasBare ? new JsonPlace(options.isEventStream) : null;
  }

  /** Takes the next piece, and gives what is sure by now. */
  push(piece: Uint8Array): Uint8Array {
    const base = this.#position;
    for (let at = 0; at < piece.length; at++) {
      if (this.#isIdle) {
        at = this.#automaton.skip(piece, at);
        if (at === piece.length) break;
      }
      this.#take(piece[at], base + at);
    }
    this.#position = base + piece.length;
    return this.#release(piece, this.#holdFrom(this.#position));
  }

  /** Gives the rest: the text is over. */
  end(): Uint8Array {
    this.#reset();
    return this.#release(NOTHING, this.#position);
  }

  /** Whether nothing is begun. */
  get #isIdle(): boolean {
    return this.#node === 0 && !this.#decoder.isPending && !(this.#lines?.isPending ?? false);
  }

  #take(byte: number, place: number): void {
    if (this.#lines !== null) this.#lines.take(byte, place, this.#decoder.take);
    else if (byte !== LF && byte !== CR) this.#decoder.take(byte, place, place + 1);

    if (this.#lines?.isEventOver) this.#reset();
    else if (place - this.#holdFrom(place) > this.#maxHeld) this.#shorten(place - this.#maxHeld);
  }

  /** Takes a decoded byte. */
  #match(byte: number, start: number, end: number): void {
    const folded = FOLDED[byte];
    if (folded === DROPPED) return;
    const { found } = this.#automaton;

    this.#starts[this.#count++ & this.#mask] = start;
    const node = this.#node = this.#automaton.next(this.#node, folded);
    if (node === 0) return;
    if (found[node] >= 0) this.#note(this.#automaton.needles[found[node]], end);
  }

  /** Where the folded byte that lies so many back began. */
  #startOf(back: number): number {
    return this.#starts[(this.#count - back) & this.#mask];
  }

  #note(needle: Needle, end: number): void {
    let start = this.#startOf(needle.bytes.length);
    // What overlaps is one value, or several in one another: the longest gives the name.
    for (let last = this.#findings.at(-1); last !== undefined; last = this.#findings.at(-1)) {
      if (last.end <= start) break;
      this.#findings.pop();
      start = Math.min(start, last.start);
      const isLonger = last.needle.bytes.length > needle.bytes.length;
      const [longer, shorter] = isLonger ? [last.needle, needle] : [needle, last.needle];
      if (shorter.name !== longer.name) this.#options.onFound(shorter);
      needle = longer;
    }
    this.#findings.push({ start, end, needle });
  }

  #reset(): void {
    this.#decoder.flush();
    this.#node = 0;
  }

  /** Gives up what began before a place; what began behind it may still be a value. */
  #shorten(oldest: number): void {
    this.#decoder.flush(oldest);
    const { depth } = this.#automaton;
    while (this.#node !== 0 && this.#startOf(depth[this.#node]) < oldest) {
      this.#node = this.#automaton.shorter(this.#node);
    }
  }

  /** From where on it is not sure yet what the text is. */
  #holdFrom(position: number): number {
    const depth = this.#automaton.depth[this.#node];
    if (depth > 0) return this.#startOf(depth);
    const pendingFrom = this.#decoder.pendingFrom;
    if (pendingFrom >= 0) return pendingFrom;
    return position;
  }

  #release(piece: Uint8Array, holdFrom: number): Uint8Array {
    const held = this.#held;
    if (this.#findings.length === 0 && held.length === 0 && holdFrom === this.#position) {
      held.from = this.#position;
      if (this.#place !== null) this.#place.pass(piece);
      return piece;
    }

    const pieceFrom = this.#position - piece.length;
    const parts: Uint8Array[] = [];
    let at = held.from;
    const passTo = (place: number) => {
      for (const part of this.#between(piece, pieceFrom, at, place)) {
        this.#place?.pass(part);
        parts.push(part);
      }
      at = place;
    };

    let given = 0;
    for (const finding of this.#findings) {
      // A longer value may begin before it or in it.
      if (finding.end > holdFrom) break;
      passTo(finding.start);
      parts.push(this.#redaction(finding.needle));
      at = finding.end;
      this.#options.onFound(finding.needle);
      given++;
    }
    if (given > 0) this.#findings.splice(0, given);

    const [open] = this.#findings;
    passTo(Math.min(open?.start ?? holdFrom, holdFrom));
    // Of what is found already nothing is held, however far it goes on.
    if (open !== undefined && open.start < holdFrom) at = open.start = holdFrom;
    const to = at;

    const clean = joined(parts);
    if (to < pieceFrom) held.dropTo(to);
    else held.dropTo(pieceFrom);
    held.append(piece.subarray(Math.max(to - pieceFrom, 0)));
    if (to >= pieceFrom) held.from = to;
    return clean;
  }

  *#between(piece: Uint8Array, pieceFrom: number, from: number, to: number) {
    if (from < Math.min(to, pieceFrom)) yield this.#held.slice(from, Math.min(to, pieceFrom));
    if (to > pieceFrom && to > from) {
      yield piece.subarray(Math.max(from, pieceFrom) - pieceFrom, to - pieceFrom);
    }
  }

  #redaction({ name, isBareJson }: Needle): Uint8Array {
    const text = `[redacted:${name}]`;
    const isBare = isBareJson && this.#place?.isOutsideOfString === true;
    return new TextEncoder().encode(isBare ? `"${text}"` : text);
  }
}
