/** How much of answers that are not complete one process holds, all together. */
export const MAX_HELD_BYTES = 128 * 1024 * 1024;

/** An answer up to here is always held. */
const FREE_BYTES = 1024 * 1024;

/** An answer for which there is no room now. */
export class NoRoom extends Error {
  override name = "NoRoom";
}

/** Says how much of one answer is held from now on; 0 gives it all back. */
export type Holding = (heldBytes: number) => void;

/**
 * The memory in which answers wait until they are complete.
 *
 * Many servers, or many calls at one, could fill it with answers of which each is allowed.
 */
export class AnswerRoom {
  readonly #maxBytes: number;
  #heldBytes = 0;

  constructor(maxBytes = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The place of one answer in it; throws {@linkcode NoRoom} when it cannot grow. */
  place(): Holding {
    let placeBytes = 0;
    return (bytes) => {
      const wantedBytes = bytes <= FREE_BYTES ? 0 : bytes;
      const afterBytes = this.#heldBytes + wantedBytes - placeBytes;
      if (wantedBytes > placeBytes && afterBytes > this.#maxBytes) {
        throw new NoRoom(`More than ${this.#maxBytes} bytes of answers would be held`);
      }
      this.#heldBytes = afterBytes;
      placeBytes = wantedBytes;
    };
  }
}
