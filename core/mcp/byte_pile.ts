import { joined } from "./json_splice.ts";

/** What is smaller is copied: a piece by itself costs some 400 bytes more than it holds. */
const SMALL_BYTES = 4 * 1024;
const BLOCK_BYTES = 16 * 1024;

/**
 * Bytes that came in pieces, held at about their own size, however small the pieces are: a
 * server that sends one byte at a time must not fill the memory with what holds them.
 */
export class BytePile {
  #pieces: Uint8Array[] = [];
  #block: Uint8Array | null = null;
  #blockBytes = 0;
  #sizeBytes = 0;

  /** How many bytes are held. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Takes the next bytes, which are its own from then on. */
  push(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    if (bytes.length >= SMALL_BYTES) {
      this.#endBlock();
      // A piece that was read into a larger buffer would keep all of that.
      const isSpacious = bytes.buffer.byteLength > 1.5 * bytes.length;
      this.#pieces.push(isSpacious ? bytes.slice() : bytes);
      return;
    }
    if (this.#blockBytes + bytes.length > BLOCK_BYTES) this.#endBlock();
    this.#block ??= new Uint8Array(BLOCK_BYTES);
    this.#block.set(bytes, this.#blockBytes);
    this.#blockBytes += bytes.length;
  }

  /** All of them, in one piece; they stay held. */
  bytes(): Uint8Array {
    const all = joined(this.#parts());
    this.#pieces = [all];
    this.#block = null;
    this.#blockBytes = 0;
    return all;
  }

  /** All of them and some more, in one piece; nothing stays held. */
  take(more: Uint8Array = NOTHING): Uint8Array {
    const all = this.#sizeBytes === 0 ? more : joined([...this.#parts(), more]);
    this.clear();
    return all;
  }

  /** Holds nothing any more. */
  clear(): void {
    this.#pieces = [];
    this.#block = null;
    this.#blockBytes = 0;
    this.#sizeBytes = 0;
  }

  #parts(): Uint8Array[] {
    if (this.#block === null) return this.#pieces;
    return [...this.#pieces, this.#block.subarray(0, this.#blockBytes)];
  }

  #endBlock(): void {
    if (this.#block === null) return;
    // A copy of its own size, unless it is full enough to be kept as it is.
    const isFull = this.#blockBytes >= BLOCK_BYTES - SMALL_BYTES;
    const bytes = this.#block.subarray(0, this.#blockBytes);
    this.#pieces.push(isFull ? bytes : bytes.slice());
    this.#block = null;
    this.#blockBytes = 0;
  }
}

const NOTHING = new Uint8Array();
