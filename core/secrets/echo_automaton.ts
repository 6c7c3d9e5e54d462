import { EchoDecoder } from "./echo_decoder.ts";
import { DROPPED, FOLDED } from "./echo_fold.ts";
import type { Needle } from "./echo_forms.ts";

const BACKSLASH = 0x5c;
/** A longer run of backslashes is read byte by byte. */
const MAX_SKIPPED_RUN = 1024;

/**
 * Finds any of many needles in one pass (Aho and Corasick, 1975).
 *
 * Nodes are numbers; 0 is the root. Children of a node are a linked list, since nearly all
 * have one; the root's are in a table. Everything here is as secret as the needles.
 */
export class EchoAutomaton {
  readonly needles: readonly Needle[];
  /** How many bytes lead to a node. */
  readonly depth: Int32Array;
  /** The longest needle that ends at a node; -1 for none. */
  readonly found: Int32Array;
  readonly maxDepth: number;
  /**
   * What a byte of text means where nothing is begun: 0 nothing, 1 that a needle may begin
   * with it, 2 that an escape may.
   */
  readonly #opening = new Uint8Array(256);
  readonly #byte: Uint8Array;
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  readonly #fail: Int32Array;
  readonly #first = new Int32Array(256);
  readonly #plainEscapes = new Uint8Array(256);
  /** A bit for each pair of bytes of text with which a needle or an escape may begin. */
  readonly #pairs = new Uint8Array(256 * 256 / 8);

  constructor(needles: readonly Needle[]) {
    const size = needles.reduce((sum, { bytes }) => sum + bytes.length, 1);
    this.needles = needles;
    this.depth = new Int32Array(size);
    this.found = new Int32Array(size).fill(-1);
    this.maxDepth = Math.max(...needles.map(({ bytes }) => bytes.length));
    this.#byte = new Uint8Array(size);
    this.#child = new Int32Array(size);
    this.#sibling = new Int32Array(size);
    this.#fail = new Int32Array(size);

    this.#build();
    this.#classify();
  }

  /** The node that a folded byte leads to. */
  next(node: number, byte: number): number {
    for (let at = node; at !== 0; at = this.#fail[at]) {
      const child = this.#childOf(at, byte);
      if (child !== 0) return child;
    }
    return this.#first[byte];
  }

  /** The node of the longest shorter beginning that a node ends with. */
  shorter(node: number): number {
    return this.#fail[node];
  }

  /** The first place from `at` on at which something may begin; the length when none is. */
  skip(text: Uint8Array, from: number): number {
    const opening = this.#opening;
    const pairs = this.#pairs;
    const { length } = text;
    for (let at = from; at < length; at++) {
      const byte = text[at];
      const kind = opening[byte];
      if (kind === 0) continue;
      if (at + 1 === length) return at;
      if (kind === 1) {
        const pair = byte << 8 | text[at + 1];
        if ((pairs[pair >> 3] & 1 << (pair & 7)) !== 0) return at;
        continue;
      }
      const last = byte === BACKSLASH ? this.#endOfPlainEscape(text, at) : 0;
      if (last === 0) return at;
      at = last;
    }
    return length;
  }

  /** The last place of an escape with which nothing begins; 0 when it is none. */
  #endOfPlainEscape(text: Uint8Array, from: number): number {
    const to = Math.min(from + MAX_SKIPPED_RUN, text.length);
    for (let at = from + 1; at < to; at++) {
      if (text[at] !== BACKSLASH) return this.#plainEscapes[text[at]] === 1 ? at : 0;
    }
    return 0;
  }

  #childOf(node: number, byte: number): number {
    if (node === 0) return this.#first[byte];
    let child = this.#child[node];
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child];
    return child;
  }

  #build(): void {
    let count = 1;
    for (const [index, { bytes }] of this.needles.entries()) {
      let node = 0;
      for (const byte of bytes) {
        const known = this.#childOf(node, byte);
        node = known === 0 ? this.#grow(node, byte, count++) : known;
      }
      if (this.found[node] < 0) this.found[node] = index;
    }

    // Breadth first: the failure of a node is known before those of its children.
    const queue = Array.from(this.#first).filter((node) => node !== 0);
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at];
      if (this.found[node] < 0) this.found[node] = this.found[this.#fail[node]];
      for (let child = this.#child[node]; child !== 0; child = this.#sibling[child]) {
        this.#fail[child] = this.next(this.#fail[node], this.#byte[child]);
        queue.push(child);
      }
    }
  }

  #grow(parent: number, byte: number, node: number): number {
    this.#byte[node] = byte;
    this.depth[node] = this.depth[parent] + 1;
    if (parent === 0) {
      this.#first[byte] = node;
      return node;
    }
    this.#sibling[node] = this.#child[parent];
    this.#child[parent] = node;
    return node;
  }

  #classify(): void {
    for (const [letter, byte] of SIMPLE_ESCAPES) {
      this.#plainEscapes[letter.charCodeAt(0)] = this.#leads(0, byte) ? 0 : 1;
    }
    for (let byte = 0; byte < 256; byte++) {
      if (EchoDecoder.opens(byte)) this.#opening[byte] = 2;
      else if (this.#leads(0, byte)) this.#opening[byte] = 1;
      if (this.#opening[byte] !== 1) continue;

      const node = this.#first[FOLDED[byte]];
      for (let second = 0; second < 256; second++) {
        const goesOn = EchoDecoder.opens(second) || FOLDED[second] === DROPPED ||
          this.#leads(node, second);
        const pair = byte << 8 | second;
        if (goesOn) this.#pairs[pair >> 3] |= 1 << (pair & 7);
      }
    }
  }

  #leads(node: number, byte: number): boolean {
    return FOLDED[byte] !== DROPPED && this.#childOf(node, FOLDED[byte]) !== 0;
  }
}

/** What JSON writes with a backslash and one character. */
const SIMPLE_ESCAPES = [
  ['"', 0x22],
  ["/", 0x2f],
  ["b", 0x08],
  ["f", 0x0c],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
] as const;
