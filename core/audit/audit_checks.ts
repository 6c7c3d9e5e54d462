import type { AuditStore } from "./audit_store.ts";
import { type AuditVerification, verifyAudit } from "./verify_audit.ts";

/** What a verification of the whole log found, and when. */
export interface AuditCheck extends AuditVerification {
  at: string;
}

/**
 * Verifies the whole audit log, once at a time however many ask, and remembers what was found last.
 *
 * It reads every entry; so a page shows what this process found before, and verifies when asked.
 */
export class AuditChecks {
  readonly #audit: AuditStore;
  readonly #now: () => Date;
  #last: AuditCheck | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(audit: AuditStore, now: () => Date) {
    this.#audit = audit;
    this.#now = now;
  }

  /** What this process found last; `null` when nobody asked it yet. */
  get last(): AuditCheck | null {
    return this.#last;
  }

  /** Verifies the log, after those who asked before. `expected` is an entry noted down outside. */
  verify(expected: { seq: number; hash: string } | null): Promise<AuditCheck> {
    const done = this.#turn.then(async () => {
      const at = this.#now().toISOString();
      const check = { ...await verifyAudit(this.#audit, expected), at };
      // What one person expected in vain says nothing to the others.
      const isForAll = check.ok || expected === null;
      this.#last = isForAll ? check : { ...await verifyAudit(this.#audit), at };
      return check;
    });
    this.#turn = done.catch(() => {});
    return done;
  }
}
