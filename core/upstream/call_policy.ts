import { asGatewayError } from "../errors.ts";
import type { AttendCall, ListenFilter } from "./attend.ts";
import { Breakers } from "./breakers.ts";
import { CallClock, limitsSilence } from "./call_clock.ts";
import { CallSlots } from "./call_slots.ts";
import { runUntilStopped } from "./deadline.ts";
import type { HealthNotes } from "./health_notes.ts";
import { pause } from "../pause.ts";
import { targetFor } from "./request_headers.ts";
import type { LargeAnswers, Target, UpstreamCall } from "./upstream.ts";

/** One attempt at a call; says when its request is sent, so that silence can be timed. */
type Attempt<T> = (call: UpstreamCall, clock: CallClock) => Promise<T>;

const REPEAT_AFTER_MS = 100;

/** When a call may go to its server, for how long, and whether it may go twice. */
export class CallPolicy {
  readonly #breakers: Breakers;
  readonly #slots = new CallSlots();

  constructor(notes: HealthNotes, now: () => Date, log: (line: string) => void) {
    this.#breakers = new Breakers(notes, now, log);
  }

  /**
   * Makes a call within its server's limits. Throws `upstream_failed` and
   * `upstream_timeout`, naming the limit, or the signal's reason.
   */
  run<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T> {
    return this.#guard(call.target, () =>
      runInTime(call, async (timed, clock) => {
        using _place = await this.#slots.take(call.target, timed.signal);
        return await attemptTwice(timed, clock, attempt);
      }));
  }

  /** The same for what takes no place among a server's calls: getting to know it. */
  introduce<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T> {
    return this.#guard(
      call.target,
      () => runInTime(call, (timed, clock) => attemptTwice(timed, clock, attempt)),
    );
  }

  /**
   * Attends to a server. Its failures do not count: who only listens must not keep calls
   * from a server that is starting again. That it is heard lets calls pass at once.
   */
  attend(call: AttendCall, run: (call: AttendCall) => Promise<void>): Promise<void> {
    const onReady = (offer: ListenFilter) => {
      this.#breakers.heard(call.target);
      return call.onReady(offer);
    };
    return run({ ...call, onReady });
  }

  /** The servers that are not called for now, by their slugs. */
  get openBreakers(): string[] {
    return this.#breakers.open;
  }

  /** Resolves when the other processes know what this one knows. */
  async close(): Promise<void> {
    await this.#breakers.settled();
  }

  async #guard<T>(target: Target, run: () => Promise<T>): Promise<T> {
    using passage = this.#breakers.enter(target);
    try {
      const result = await run();
      passage.succeeded();
      return result;
    } catch (error) {
      passage.failed(error);
      throw error;
    }
  }
}

function runInTime<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T> {
  const totalMs = Math.min(call.timeoutMs, call.target.timeoutMs);
  return runUntilStopped(
    call.signal,
    (stop) => new CallClock(call.target, totalMs, stop),
    (bounded, clock) => attempt(timed(call, bounded, clock), clock),
  );
}

/** A call as it is made: within its time, and with the headers that its server may have. */
function timed(call: UpstreamCall, signal: AbortSignal, clock: CallClock): UpstreamCall {
  return {
    ...call,
    target: targetFor(call.target, call.caller, call.tracestate),
    signal,
    onRequest: (request, ending) => clock.whileAsking(call.onRequest(request, ending)),
    pauseFor: (asking) => void clock.whileAsking(asking).catch(() => {}),
    heard: limitsSilence(call.target) ? () => clock.heard() : undefined,
    large: call.large && inTime(call.large, clock),
  };
}

function inTime(large: LargeAnswers, clock: CallClock): LargeAnswers {
  return {
    isWelcome: () => large.isWelcome(),
    pass: (answer) => large.pass({ ...answer, chunks: clock.exceptTaking(answer.chunks) }),
  };
}

/**
 * Makes a call once more when it surely was not executed, or may be twice.
 *
 * An answer that was lost after its request was sent may be that of a call that did what it
 * was asked: only what does no harm a second time is asked again.
 */
async function attemptTwice<T>(
  call: UpstreamCall,
  clock: CallClock,
  attempt: Attempt<T>,
): Promise<T> {
  try {
    return await attempt(call, clock);
  } catch (error) {
    const { fault } = asGatewayError(error);
    const mayRepeat = fault === "unsent" || (fault === "lost" && call.isRepeatable);
    if (!mayRepeat) throw error;
  }

  await pause(REPEAT_AFTER_MS, call.signal);
  call.signal.throwIfAborted();
  return await attempt(call, clock);
}
