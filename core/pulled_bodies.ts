import { GatewayError } from "./errors.ts";

/** Makes the pieces of a body; `signal` is aborted when nobody wants more of them. */
export type Pieces = (signal: AbortSignal) => AsyncGenerator<string>;

interface Open {
  pieces: AsyncGenerator<string>;
  ending: AbortController;
}

/**
 * Bodies that may be endless: each piece is made when the one before was taken, so that what a
 * reader leaves untaken is not held.
 *
 * What ends before its pieces do is broken off, and reads so: an error, and no end.
 */
export class PulledBodies {
  readonly #what: string;
  readonly #max: number;
  readonly #open = new Set<Open>();
  #isClosed = false;

  /** `what` completes "As many … as one process". */
  constructor({ what, max }: { what: string; max: number }) {
    this.#what = what;
    this.#max = max;
  }

  /** How many are being read. */
  get size(): number {
    return this.#open.size;
  }

  /** Begins one. Throws `too_many` and `shutting_down`. */
  open(make: Pieces): ReadableStream<Uint8Array> {
    if (this.#isClosed) throw new GatewayError("shutting_down", `Cannot open ${this.#what}`);
    if (this.#open.size >= this.#max) throw tooMany(this.#what, this.#max);

    const ending = new AbortController();
    const one: Open = { pieces: make(ending.signal), ending };
    const encoder = new TextEncoder();
    this.#open.add(one);
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        ending.signal.addEventListener("abort", () => controller.error(ending.signal.reason));
      },
      pull: async (controller) => {
        const next = await one.pieces.next().catch((error) => {
          this.#open.delete(one);
          throw error;
        });
        if (ending.signal.aborted) return;
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

  async #end(one: Open, reason: Error): Promise<void> {
    this.#open.delete(one);
    one.ending.abort(reason);
    // What it waits for ends with the signal; what it has read is let go.
    await one.pieces.return(undefined).catch(() => {});
  }
}

function tooMany(what: string, max: number): GatewayError {
  const sentence = `${max} ${what} are open at this gateway process, which is its limit; ` +
    "try again when one of them has ended.";
  return new GatewayError("too_many", sentence, { publicMessage: sentence });
}
