import { Countdown } from "./countdown.ts";
import type { Stop } from "./deadline.ts";
import { notTakenFailure, timeoutFailure, type TimeoutName } from "./failures.ts";
import type { Target } from "./upstream.ts";

/**
 * The time that one call may take, in all and in silence.
 *
 * It stands still while a person is asked something: people are slower than servers.
 */
export class CallClock implements Disposable {
  readonly #target: Target;
  readonly #stop: Stop;
  readonly #total: Countdown;
  /** What runs down between two signs of life; `null` where silence has no limit. */
  #silence: Countdown | null = null;
  #isSent = false;
  #asking = 0;
  #isTaking = false;

  /** Begins to run; `stop` is called with the failure of the limit that is over. */
  constructor(target: Target, totalMs: number, stop: Stop) {
    this.#target = target;
    this.#stop = stop;
    this.#total = this.#countdown(totalMs, "total");
    this.#total.run();
  }

  /** Says that a request is being sent, whose answer has to begin in time. */
  sent(): void {
    this.#isSent = true;
    this.#limitSilence(this.#target.timeouts.firstByteSeconds, "first byte");
  }

  /** Says that the server gave a sign of life in the course of its answer. */
  heard(): void {
    if (this.#isSent) this.#limitSilence(this.#target.timeouts.idleSeconds, "idle");
  }

  /** Stands still until a question to a person is answered. */
  async whileAsking<T>(answer: Promise<T>): Promise<T> {
    this.#asking++;
    this.#total.pause();
    this.#silence?.pause();

    try {
      return await answer;
    } finally {
      this.#asking--;
      this.#goOn();
    }
  }

  /** Counts no silence while a piece of an answer is being taken: its reader may be slow. */
  async *exceptTaking(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#isTaking = true;
      this.#silence?.pause();
      yield chunk;
      this.#isTaking = false;
      this.#goOn();
    }
  }

  [Symbol.dispose](): void {
    this.#asking = Number.POSITIVE_INFINITY;
    this.#total[Symbol.dispose]();
    this.#silence?.[Symbol.dispose]();
  }

  #goOn(): void {
    if (this.#asking > 0) return;
    this.#total.run();
    if (!this.#isTaking) this.#silence?.run();
  }

  #limitSilence(seconds: number | null, name: TimeoutName): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = seconds === null ? null : this.#countdown(seconds * 1000, name);
    this.#goOn();
  }

  #countdown(durationMs: number, name: TimeoutName): Countdown {
    const { slug } = this.#target;
    return new Countdown(durationMs, () => {
      const failure = this.#isTaking ? notTakenFailure : timeoutFailure;
      this.#stop(failure(slug, durationMs, name));
    });
  }
}

/** Whether a server's silence has limits of its own, so that its signs of life count. */
export function limitsSilence({ timeouts }: Target): boolean {
  return timeouts.firstByteSeconds !== null || timeouts.idleSeconds !== null;
}
