import { asGatewayError, type GatewayError } from "../errors.ts";
import type { ServerId } from "../ids.ts";
import type { OpenBreaker } from "../servers/server_health.ts";
import { upstreamFailure } from "./failures.ts";
import type { HealthNotes } from "./health_notes.ts";
import type { Target } from "./upstream.ts";

/** How long no call passes; the one that tries then may take much longer than that. */
interface Open {
  pauseMs: number;
  untilMs: number;
  isTrying: boolean;
}

interface Breaker {
  slug: string;
  /** Failures of another address or other secrets say nothing about these. */
  sharedFingerprint: string;
  failures: number;
  sinceMs: number;
  /** `null` until it opens. */
  open: Open | null;
}

/** One call on its way; nothing is counted when neither is said. */
export interface Passage extends Disposable {
  succeeded(): void;
  /** Counts what speaks against the server; what its caller caused does not. */
  failed(error: unknown): void;
}

const FAILURES_TO_OPEN = 5;
/** A server that is being restarted fails many calls in a moment, and is back in the next. */
const SHORTEST_FAILING_MS = 10_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Keeps calls from servers that keep failing, so that nobody waits for what will not come.
 *
 * Five failures in a row, over 10 s or more, open a server's breaker for 5 s. Then one call
 * tries: it closes the breaker, or doubles the pause, up to 60 s.
 */
export class Breakers {
  readonly #breakers = new Map<ServerId, Breaker>();
  readonly #notes: HealthNotes;
  readonly #now: () => Date;
  readonly #log: (line: string) => void;
  #telling: Promise<void> = Promise.resolve();

  constructor(notes: HealthNotes, now: () => Date, log: (line: string) => void) {
    this.#notes = notes;
    this.#now = now;
    this.#log = log;
  }

  /** Lets a call pass. Throws `upstream_failed` at once while the breaker is open. */
  enter(target: Target): Passage {
    const trial = this.#admit(target);
    return {
      succeeded: () => this.#close(target),
      failed: (error) => this.#count(target, asGatewayError(error), trial),
      [Symbol.dispose]: () => {
        if (trial !== null) this.#endTrial(target, trial);
      },
    };
  }

  /** The slugs of the servers to which no call passes, or one that tries. */
  get open(): string[] {
    return [...this.#breakers.values()].flatMap(({ slug, open }) => open === null ? [] : [slug]);
  }

  /** A server was reached by other means than a call: it is back. */
  heard(target: Target): void {
    this.#close(target);
  }

  /** Resolves when all that has happened is told to the other processes. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  /** What the call tries the end of, as the first after the pause; `null` for any other. */
  #admit(target: Target): Open | null {
    const breaker = this.#find(target);
    if (breaker === null) this.#forget(target);
    if (!breaker?.open) return null;
    const { open } = breaker;
    const nowMs = this.#now().getTime();
    if (open.untilMs > nowMs) throw refused(target, breaker);
    // A call that works for minutes, or waits for a person, is not the last to try.
    if (open.isTrying) open.pauseMs = Math.min(open.pauseMs * 2, LONGEST_PAUSE_MS);
    open.untilMs = nowMs + open.pauseMs;
    open.isTrying = true;
    return open;
  }

  #find({ id, sharedFingerprint }: Target): Breaker | null {
    const breaker = this.#breakers.get(id);
    return breaker?.sharedFingerprint === sharedFingerprint ? breaker : null;
  }

  #close(target: Target): void {
    if (this.#find(target) !== null) this.#forget(target);
  }

  #forget(target: Target): void {
    const breaker = this.#breakers.get(target.id);
    this.#breakers.delete(target.id);
    if (breaker?.open) this.#tell(target, null);
  }

  #count(target: Target, error: GatewayError, trial: Open | null): void {
    if (error.fault === undefined) return;
    const nowMs = this.#now().getTime();
    const { id, slug, sharedFingerprint } = target;
    const breaker = this.#find(target) ??
      { slug, sharedFingerprint, failures: 0, sinceMs: nowMs, open: null };
    this.#breakers.set(id, breaker);

    breaker.failures++;
    // Calls that were under way when it opened say nothing new.
    if (breaker.open !== null && breaker.open !== trial) return;
    const isLasting = nowMs - breaker.sinceMs >= SHORTEST_FAILING_MS;
    if (breaker.failures < FAILURES_TO_OPEN || !isLasting) return;
    const pauseMs = Math.min((breaker.open?.pauseMs ?? 0) * 2 || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    const isOpening = breaker.open === null;
    breaker.open = { pauseMs, untilMs: nowMs + pauseMs, isTrying: false };
    this.#tell(target, recordOf(breaker, error.publicMessage), isOpening);
  }

  #endTrial(target: Target, trial: Open): void {
    if (this.#find(target)?.open !== trial) return;
    trial.isTrying = false;
    trial.untilMs = this.#now().getTime();
  }

  /** In the order in which it happened, and never in a call's way. */
  #tell({ id, slug }: Target, record: OpenBreaker | null, isOpening = false): void {
    this.#telling = this.#telling
      .then(() => this.#notes.setBreaker({ id, slug }, record, isOpening))
      .catch((error) => this.#log(`Cannot note how server "${slug}" does: ${error}`));
  }
}

function recordOf({ failures, sinceMs, open }: Breaker, lastError: string): OpenBreaker {
  return {
    failures,
    since: new Date(sinceMs).toISOString(),
    nextTryAt: new Date(open?.untilMs ?? sinceMs).toISOString(),
    lastError,
  };
}

function refused({ slug }: Target, { failures, sinceMs, open }: Breaker): GatewayError {
  const since = new Date(sinceMs).toISOString();
  const next = open === null || open.isTrying
    ? "is under way"
    : `is at ${new Date(open.untilMs).toISOString()}`;
  return upstreamFailure(
    slug,
    "connect",
    `is not called for now: it failed ${failures} times in a row since ${since}; the next try ${next}`,
    null,
  );
}
