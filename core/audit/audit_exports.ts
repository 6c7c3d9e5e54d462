import { PulledBodies } from "../pulled_bodies.ts";
import { whileAllowed } from "../while_allowed.ts";
import type { AuditFilter } from "./audit_filter.ts";
import type { AuditStore } from "./audit_store.ts";
import { exportAudit } from "./export_audit.ts";

/** How many one process has open. */
const MAX_EXPORTS = 4;

/** The audit log in bodies of any length. */
export class AuditExports {
  readonly #audit: Pick<AuditStore, "list">;
  readonly #open = new PulledBodies({ what: "exports of the audit log", max: MAX_EXPORTS });

  constructor(audit: Pick<AuditStore, "list">) {
    this.#audit = audit;
  }

  /** All entries that a filter lets through; broken off when its reader may not read them. */
  open(filter: AuditFilter, mayRead: () => Promise<boolean>): ReadableStream<Uint8Array> {
    return this.#open.open((signal) =>
      whileAllowed(exportAudit(this.#audit, filter, signal), mayRead)
    );
  }

  /** Breaks off what is being read. */
  async close(): Promise<void> {
    await this.#open.close();
  }
}
