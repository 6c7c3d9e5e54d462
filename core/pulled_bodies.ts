import { GatewayError } from "./errors.ts";

/** Makes the pieces of a body; `signal` is aborted when nobody wants more of them. */
export type Pieces = (signal: AbortSignal) => AsyncGenerator<string>;

interface Open {
  pieces: AsyncGenerator<string>;
  ending: AbortController;
  /** Since when its reader has taken nothing; `null` while a piece is being made for it. */
  untakenSinceMs: number | null;
}

/** Whose reader takes nothing for so long makes room, when another one has none. */
const STALLED_MS = 60_000;

/** Which bodies there are, and how many at most. */
export interface PulledBodiesOptions {
  /** Completes "As many … as one process". */
  what: string;
  max: number;
  elapsedMs?: () => number;
}

/**
 * Bodies that may be endless: each piece is made when the one before was taken, so that what a
 * reader leaves untaken is not held.
 *
 * What ends before its pieces do is broken off, and reads so: an error, and no end. So does what
 * nobody has read on for a minute, when there is no room for another.
 */
export class PulledBodies {
  readonly #what: string;
  readonly #max: number;
  readonly #elapsedMs: () => number;
  readonly #open = new Set<Open>();
  #isClosed = false;

  constructor({ what, max, elapsedMs = () => performance.now() }: PulledBodiesOptions) {
    this.#what = what;
    this.#max = max;
    this.#elapsedMs = elapsedMs;
  }

  /** How many are being read. */
  get size(): number {
    return this.#open.size;
  }

  /** Begins one. Throws `too_many` and `shutting_down`. */
  open(make: Pieces): ReadableStream<Uint8Array> {
    if (this.#isClosed) throw new GatewayError("shutting_down", `Cannot open ${this.#what}`);
    if (this.#open.size >= this.#max) this.#endStalled();
    if (this.#open.size >= this.#max) throw tooMany(this.#what, this.#max);

    const ending = new AbortController();
    const pieces = make(ending.signal);
    const one: Open = { pieces, ending, untakenSinceMs: this.#elapsedMs() };
    const encoder = new TextEncoder();
    this.#open.add(one);
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        ending.signal.addEventListener("abort", () => controller.error(ending.signal.reason));
      },
      pull: async (controller) => {
        one.untakenSinceMs = null;
        const next = await one.pieces.next().catch((error) => {
          this.#open.delete(one);
          throw error;
        });
        if (ending.signal.aborted) return;
        one.untakenSinceMs = this.#elapsedMs();
        if (next.done !== true) return controller.enqueue(encoder.encode(next.value));
        this.#open.delete(one);
        controller.close();
      },
      cancel: () => this.#end(one, new Error("The reader has left")),
    }, { highWaterMark: 0 });
  }

  /** Breaks off what is being read, and begins no more; resolves when nothing is read for it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const reason = new GatewayError("shutting_down", `Broke off ${this.#what}`);
    await Promise.all([...this.#open].map((one) => this.#end(one, reason)));
  }

  /** Ends the one whose reader has taken nothing for the longest, if that is a minute. */
  #endStalled(): void {
    const nowMs = this.#elapsedMs();
    const stalledMs = ({ untakenSinceMs }: Open) => nowMs - (untakenSinceMs ?? nowMs);
    const [longest] = [...this.#open].sort((a, b) => stalledMs(b) - stalledMs(a));
    if (longest === undefined || stalledMs(longest) < STALLED_MS) return;
    void this.#end(longest, stalled(this.#what));
  }

  async #end(one: Open, reason: Error): Promise<void> {
    this.#open.delete(one);
    one.ending.abort(reason);
    // What it waits for ends with the signal; what it has read is let go.
    await one.pieces.return(undefined).catch(() => {});
  }
}

function stalled(what: string): GatewayError {
  return new GatewayError("too_many", `Broke off one of ${what}: nobody read on for a minute`);
}

function tooMany(what: string, max: number): GatewayError {
  const sentence = `${max} ${what} are open at this gateway process, which is its limit; ` +
    "try again when one of them has ended.";
  return new GatewayError("too_many", sentence, { publicMessage: sentence });
}
