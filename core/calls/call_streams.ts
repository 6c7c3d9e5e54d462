import type { Signals } from "../kv/signals.ts";
import { PulledBodies } from "../pulled_bodies.ts";
import { whileAllowed } from "../while_allowed.ts";
import { type CallExport, exportCalls, type ExportDeps } from "./export_calls.ts";
import { type CallTail, tailCalls } from "./tail_calls.ts";

/** How many of each one process has open. */
export const MAX_EXPORTS = 4;
export const MAX_TAILS = 100;

/** What these streams read. */
export type CallStreamDeps = ExportDeps & { signals: Signals };

/** Calls as they are on the record and as they come, in bodies of any length. */
export class CallStreams {
  readonly #deps: CallStreamDeps;
  readonly #exports = new PulledBodies({ what: "exports of calls", max: MAX_EXPORTS });
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

  /** The calls that come; ends when its reader may not read them any more. */
  async tail(of: CallTail): Promise<ReadableStream<Uint8Array>> {
    return this.#tails.open(await tailCalls(this.#deps, of));
  }

  /** Breaks off what is being read. */
  async close(): Promise<void> {
    await Promise.all([this.#exports.close(), this.#tails.close()]);
  }
}
