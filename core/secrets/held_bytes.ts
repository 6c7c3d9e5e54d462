const FIRST_CAPACITY = 256;

/** Bytes of a stream that were read and not given yet, by their places in it. */
export class HeldBytes {
  /** The place of the first. */
  from = 0;
  #buffer = new Uint8Array(0);
  #start = 0;
  #length = 0;

  /** The place behind the last. */
  get to(): number {
    return this.from + this.#length;
  }

  get length(): number {
    return this.#length;
  }

  /** Those between two places; good until the next change. */
  slice(from: number, to: number): Uint8Array {
    const shift = this.#start - this.from;
    return this.#buffer.subarray(from + shift, to + shift);
  }

  /** Takes more, behind the last. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const end = this.#start + this.#length;
    if (end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#start + this.#length);
    this.#length += bytes.length;
  }

  /** Forgets what lies before a place. */
  dropTo(place: number): void {
    const count = Math.min(place - this.from, this.#length);
    this.#start += count;
    this.#length -= count;
    this.from = place;
    if (this.#length === 0) this.#start = 0;
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more;
    const capacity = Math.max(FIRST_CAPACITY, needed * 2);
    const next = needed * 2 <= this.#buffer.length ? this.#buffer : new Uint8Array(capacity);
    next.set(this.#buffer.subarray(this.#start, this.#start + this.#length));
    this.#buffer = next;
    this.#start = 0;
  }
}
