import { Mailboxes } from "../../core/kv/mailboxes.ts";
import type { Store } from "../../core/kv/open_store.ts";
import { SharedReads } from "../../core/kv/shared_reads.ts";
import { Signals } from "../../core/kv/signals.ts";

/** A test with these options fails when a timer, a read or a watcher outlives it. */
export const LEAKLESS = { sanitizeOps: true, sanitizeResources: true };

/** What a process of the gateway has on top of its store. */
export interface Exchange extends AsyncDisposable {
  signals: Signals;
  mailboxes: Mailboxes;
  /** What was logged; nothing, in a good run. */
  logged: string[];
}

/** Signals and mailboxes on a store, closed when they go out of scope. */
export function exchangeOn(store: Store, { now = () => new Date() } = {}): Exchange {
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const signals = new Signals(store, new SharedReads(store.epochKv), { log });
  const mailboxes = new Mailboxes(store, signals, { instanceId: crypto.randomUUID(), now, log });

  return {
    signals,
    mailboxes,
    logged,
    async [Symbol.asyncDispose]() {
      await mailboxes.close();
      await signals.close();
    },
  };
}
