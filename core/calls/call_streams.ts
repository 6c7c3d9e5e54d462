import { GatewayError } from "../errors.ts";
import type { AuditFilter } from "../audit/audit_filter.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import { exportAudit } from "../audit/export_audit.ts";
import type { Signals } from "../kv/signals.ts";
import { PulledBodies } from "../pulled_bodies.ts";
import { type CallExport, exportCalls, type ExportDeps } from "./export_calls.ts";
import { type CallTail, tailCalls } from "./tail_calls.ts";

/** How many of each one process has open. */
export const MAX_EXPORTS = 4;
export const MAX_TAILS = 100;

/** While an export is read, whoever reads it is let in anew this often. */
const RECHECK_MS = 5_000;

/** What these streams read. */
export type CallStreamDeps = ExportDeps & { signals: Signals; audit: Pick<AuditStore, "list"> };

/** Calls as they are on the record and as they come, and changes, in bodies of any length. */
export class CallStreams {
  readonly #deps: CallStreamDeps;
  readonly #exports = new PulledBodies({ what: "exports of calls", max: MAX_EXPORTS });
  readonly #auditExports = new PulledBodies({
    what: "exports of the audit log",
    max: MAX_EXPORTS,
  });
  readonly #tails = new PulledBodies({ what: "streams of calls", max: MAX_TAILS });

  constructor(deps: CallStreamDeps) {
    this.#deps = deps;
  }

  /** How many of each are being read. */
  get open(): { exports: number; tails: number } {
    return { exports: this.#exports.size, tails: this.#tails.size };
  }

  /** All calls of a period; broken off when its reader may not read it any more. */
  export(of: CallExport, mayRead: () => Promise<boolean>): ReadableStream<Uint8Array> {
    return this.#exports.open(() => whileAllowed(exportCalls(this.#deps, of), mayRead));
  }

  /** All changes that a filter lets through; broken off as an export of calls is. */
  exportAudit(filter: AuditFilter, mayRead: () => Promise<boolean>): ReadableStream<Uint8Array> {
    const { audit } = this.#deps;
    return this.#auditExports.open((signal) =>
      whileAllowed(exportAudit(audit, filter, signal), mayRead)
    );
  }

  /** The calls that come; ends when its reader may not read them any more. */
  async tail(of: CallTail): Promise<ReadableStream<Uint8Array>> {
    return this.#tails.open(await tailCalls(this.#deps, of));
  }

  /** Breaks off what is being read. */
  async close(): Promise<void> {
    const all = [this.#exports, this.#auditExports, this.#tails];
    await Promise.all(all.map((bodies) => bodies.close()));
  }
}

async function* whileAllowed(
  pieces: AsyncGenerator<string>,
  mayRead: () => Promise<boolean>,
): AsyncGenerator<string> {
  let checkedMs = performance.now();
  for await (const piece of pieces) {
    if (performance.now() - checkedMs > RECHECK_MS) {
      if (!await mayRead()) {
        throw new GatewayError("unauthorized", "An export's reader lost access");
      }
      checkedMs = performance.now();
    }
    yield piece;
  }
}
