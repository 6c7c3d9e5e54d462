import { AMPERSAND, BACKSLASH, EscapeLevel, PERCENT } from "./escape_level.ts";

/** Takes decoded bytes, each with the place of what it was written as. */
export type ByteSink = (byte: number, start: number, end: number) => void;

/** How often in one another escapes of different kinds are undone. */
const LEVELS = 3;

/**
 * Undoes the escapes of JSON, URLs and HTML, in one another to any depth that occurs.
 *
 * A run of backslashes counts as one, however long, and so does `%` with any number of
 * `25` behind it: text that was put into JSON or a URL several times reads as text that
 * was put there once. Backslashes themselves are left out. What turns out to be no escape
 * is given as it is.
 */
export class EchoDecoder {
  readonly #levels: EscapeLevel[] = [];

  constructor(sink: ByteSink) {
    for (let next = sink, depth = 0; depth < LEVELS; depth++) {
      const level = new EscapeLevel(next);
      this.#levels.unshift(level);
      next = level.take;
    }
    this.take = this.#levels[0].take;
  }

  /** Takes the next byte of the text. */
  readonly take: ByteSink;

  /** Whether something may be the beginning of an escape. */
  get isPending(): boolean {
    for (const level of this.#levels) if (level.from >= 0) return true;
    return false;
  }

  /** Where the first such thing begins; -1 when there is none. */
  get pendingFrom(): number {
    for (let at = LEVELS - 1; at >= 0; at--) {
      const { from } = this.#levels[at];
      if (from >= 0) return from;
    }
    return -1;
  }

  /** Gives what is pending as it is, where it began before a place: it will be no escape. */
  flush(before = Number.POSITIVE_INFINITY): void {
    for (const level of this.#levels) if (level.from < before) level.flush();
  }

  /** Whether a byte may begin an escape. */
  static opens(byte: number): boolean {
    return byte === BACKSLASH || byte === PERCENT || byte === AMPERSAND;
  }
}
