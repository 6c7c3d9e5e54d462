import type { Admin } from "../admins/admin.ts";
import { GatewayError, refusal } from "../errors.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { TrialInput } from "../servers/connection_trial.ts";
import type { TestReport } from "../servers/test_report.ts";
import { tryAddress } from "./try_address.ts";
import type { TryDeps } from "./try_connection.ts";

/** How many trials one admin begins in a minute, over all processes. */
export const MAX_TRIALS_PER_MINUTE = 60;

/** How many trials of one admin run at once; one more ends the oldest. */
export const MAX_TRIALS_PER_ADMIN = 3;

/** How many trials run in one process. */
export const MAX_TRIALS = 20;

interface Deps extends Omit<TryDeps, "health" | "leaks"> {
  quotas: Pick<Quotas, "take" | "secondsLeft">;
}

/**
 * Tries servers that are not registered, for admins who are about to do it.
 *
 * A trial is a request to an address that somebody typed, so there are limits of how many there
 * are: in a minute, of one admin, and in all.
 */
export class ServerTrials {
  readonly #deps: Deps;
  /** By admin, the oldest first. */
  readonly #running = new Map<string, Set<AbortController>>();
  #count = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Tries a server once. Throws `invalid_input` for what could not be registered either,
   * `rate_limited`, `too_many` also when newer trials of the same admin took its place, and the
   * signal's reason.
   */
  async run(admin: Admin, input: TrialInput, signal: AbortSignal): Promise<TestReport> {
    const who = `${admin.kind} ${admin.id ?? admin.name}`;
    const { quotas } = this.#deps;
    if (!await quotas.take(`trials ${who}`, MAX_TRIALS_PER_MINUTE)) {
      throw tooOften(quotas.secondsLeft);
    }

    const ending = new AbortController();
    using _place = this.#begin(who, ending);
    return await tryAddress(this.#deps, input, AbortSignal.any([signal, ending.signal]));
  }

  /** Ends the trials that run. */
  close(): void {
    for (const own of this.#running.values()) {
      for (const ending of own) ending.abort(new GatewayError("shutting_down", "Ends a trial"));
    }
  }

  #begin(who: string, ending: AbortController): Disposable {
    const own = this.#running.get(who) ?? new Set();
    // Before one of theirs is ended, which takes its place for a moment still.
    if (this.#count >= MAX_TRIALS) throw isFull();
    if (own.size >= MAX_TRIALS_PER_ADMIN) {
      const [oldest] = own;
      own.delete(oldest);
      oldest.abort(overtaken());
    }

    this.#running.set(who, own.add(ending));
    this.#count++;
    return {
      [Symbol.dispose]: () => {
        this.#count--;
        own.delete(ending);
        if (own.size === 0) this.#running.delete(who);
      },
    };
  }
}

function tooOften(seconds: number): GatewayError {
  const sentence = `You tried ${MAX_TRIALS_PER_MINUTE} addresses in this minute; wait ${seconds} ` +
    "s, or add the server without a test.";
  return new GatewayError("rate_limited", sentence, {
    publicMessage: sentence,
    retryAfterSeconds: seconds,
  });
}

function isFull(): GatewayError {
  return refusal("too_many", `${MAX_TRIALS} addresses are being tried at the moment; try again.`);
}

function overtaken(): GatewayError {
  return refusal("too_many", "Newer tests of yours took the place of this one; test again.");
}
