import { afterAbout } from "../coarse_timer.ts";

/** One thing that must hold before a process should be sent requests. */
export interface ReadinessCheck {
  name: string;
  /** Whether it holds; one that throws does not. */
  holds(): boolean | Promise<boolean>;
}

/** What a process says of itself to whoever sends it requests. */
export interface ReadinessReport {
  ready: boolean;
  /** Every check by its name. */
  checks: Readonly<Record<string, "ok" | "failed">>;
}

/** How long one check may take; a store that is slower than that should get no more to do. */
export const CHECK_WITHIN_MS = 1_000;

/** How long an answer stands, so that asking often costs the store nothing. */
export const REPORT_STANDS_MS = 1_000;

/** The check that fails first when the process is told to end. */
const SHUTDOWN = "shutdown";

/**
 * Whether a process should be sent requests.
 *
 * However often it is asked, everything is checked once a second at most, and anew only when
 * the check before is over. From the moment when it is told to stop it is not ready, and
 * checks nothing more.
 */
export class Readiness {
  readonly #checks: readonly ReadinessCheck[];
  readonly #elapsedMs: () => number;
  #last: { sinceMs: number; report: Promise<ReadinessReport> } | null = null;
  #isStopping = false;

  constructor(checks: readonly ReadinessCheck[], elapsedMs = () => performance.now()) {
    this.#checks = checks;
    this.#elapsedMs = elapsedMs;
  }

  /** What holds, as it was found at most a second ago. Never rejects. */
  async report(): Promise<ReadinessReport> {
    if (this.#isStopping) return this.#stopping();
    const nowMs = this.#elapsedMs();
    if (this.#last === null || nowMs - this.#last.sinceMs >= REPORT_STANDS_MS) {
      // It stands from its end on: until then everybody waits for the one that is made.
      const made = this.#make().finally(() => last.sinceMs = this.#elapsedMs());
      const last = { sinceMs: Number.POSITIVE_INFINITY, report: made };
      this.#last = last;
    }
    const report = await this.#last.report;
    // It may have been told to stop meanwhile.
    return this.#isStopping ? this.#stopping() : report;
  }

  /** Says from now on that it is not ready. */
  stop(): void {
    this.#isStopping = true;
  }

  async #make(): Promise<ReadinessReport> {
    const found = await Promise.all(
      this.#checks.map(async (check) => [check.name, await holdsInTime(check)] as const),
    );
    const failed = found.some(([, holds]) => !holds);
    const checks = found.map(([name, holds]) => [name, holds ? "ok" : "failed"] as const);
    return { ready: !failed, checks: Object.fromEntries([[SHUTDOWN, "ok"], ...checks]) };
  }

  #stopping(): ReadinessReport {
    return { ready: false, checks: { [SHUTDOWN]: "failed" } };
  }
}

/** Whether a check holds, as far as that is known within its time. */
async function holdsInTime(check: ReadinessCheck): Promise<boolean> {
  const { promise: late, resolve: tooLate } = Promise.withResolvers<boolean>();
  using _timer = afterAbout(CHECK_WITHIN_MS, () => tooLate(false));
  try {
    return await Promise.race([check.holds(), late]);
  } catch {
    return false;
  }
}
