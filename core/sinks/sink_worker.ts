import { BackgroundTask } from "../background_task.ts";
import type { SinkId } from "../ids.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { Sink } from "./sink.ts";
import {
  type BacklogDeps,
  type Batch,
  type BatchLimits,
  SinkBacklog,
  type Woken,
} from "./sink_backlog.ts";
import type { Delivery, SinkClient } from "./sink_client.ts";
import { formatOf } from "./sink_formats.ts";
import { openHeaders } from "./sink_headers.ts";
import { failureAfter, pauseLeftMs, type SinkState } from "./sink_progress.ts";
import type { SinkStore } from "./sink_store.ts";
import type { StreamName } from "./sink_stream.ts";

/** What is sent with, and from where. */
export interface SinkWorkerDeps extends BacklogDeps {
  sinks: SinkStore;
  client: SinkClient;
  leases: Pick<LeaseStore, "hold" | "release">;
  keyring: Keyring;
  /** From 0 to 1. */
  random: () => number;
  log: (line: string) => void;
}

/** The most that one request carries, before it is compressed. */
const FULL: BatchLimits = { records: 1_000, bytes: 1024 * 1024 };

/** When another process sends, it is looked again so soon. */
const HELD_ELSEWHERE_MS = 1_000;

/** For so long a sink gets less at once that said that a body was too large. */
const SMALLER_MS = 10 * 60_000;

/** What cannot be sent is given up so long before it expires, while it can still be counted. */
const GIVEN_UP_MS = 3 * 60_000;

/**
 * Sends the log to one sink: in its order, and all of it, at least once.
 *
 * The log itself is what waits. A cursor moves after the sink said that it has the records,
 * and only if nobody else moved it meanwhile; a process that dies before that leaves it to the
 * next one to send the same records again, under the same ids.
 */
export class SinkWorker {
  readonly #id: SinkId;
  readonly #deps: SinkWorkerDeps;
  readonly #task: BackgroundTask;
  #woken: Set<StreamName> | "all" = "all";
  /** Whether somebody wants to know what is lost while nothing can be sent. */
  #isLookDue = true;
  /** Whether the backlog at hand is not what is stored, since it was taken from in vain. */
  #isStale = false;
  /** What the sink takes, which said that a body was too large; believed until then. */
  #smaller: { limits: BatchLimits; untilMs: number } | null = null;

  constructor(id: SinkId, deps: SinkWorkerDeps) {
    this.#id = id;
    this.#deps = deps;
    this.#task = new BackgroundTask({
      doing: `send the log to sink "${id}"`,
      run: (signal) => this.#run(signal),
      log: deps.log,
    });
  }

  /** Has it look at these streams. */
  wake(woken: Woken): void {
    if (woken === "all") this.#isLookDue = true;
    if (woken === "all") this.#woken = "all";
    else if (this.#woken !== "all") { for (const each of woken) this.#woken.add(each); }
    this.#task.wake();
  }

  /** Resolves when nothing runs any more that was woken until now. */
  settled(): Promise<void> {
    return this.#task.settled();
  }

  /** Cuts what is being sent, and sends no more. */
  close(): Promise<void> {
    return this.#task.close();
  }

  async #run(signal: AbortSignal): Promise<number | null> {
    const { leases } = this.#deps;
    const lease = `sink/${this.#id}`;
    if (!await leases.hold(lease)) return HELD_ELSEWHERE_MS;

    try {
      return await this.#sendAll(signal, () => leases.hold(lease));
    } catch (error) {
      this.#woken = "all";
      // A request that was cut because the process ends is no failure of anybody.
      if (signal.aborted) return null;
      throw error;
    } finally {
      await leases.release(lease);
    }
  }

  async #sendAll(signal: AbortSignal, hold: () => Promise<boolean>): Promise<number | null> {
    let backlog: SinkBacklog | null = null;
    let of: string | null = null;

    while (!signal.aborted) {
      const { sinks, progress, now } = this.#deps;
      const [sink, state] = [await sinks.get(this.#id), await progress.state(this.#id)];
      if (sink === null || state === null) return null;
      // What was found for a sink that was changed since is not what it should get now.
      const stored = JSON.stringify(sink);
      if (backlog === null || of !== stored || this.#isStale) {
        if (backlog !== null) this.#woken = "all";
        this.#isStale = false;
        [backlog, of] = [new SinkBacklog(this.#deps, sink), stored];
      }

      const pauseMs = pauseLeftMs(state.failure, now());
      if (!sink.enabled || pauseMs > 0) {
        await this.#countLosses(backlog, state);
        return sink.enabled ? pauseMs : null;
      }

      if (!await hold()) return this.#startOver();
      const againMs = await this.#sendNext(sink, state, backlog, signal);
      if (againMs !== 0) return againMs;
    }
    return null;
  }

  /** Sends one batch; 0 when there may be more, else when to come back. */
  async #sendNext(
    sink: Sink,
    state: SinkState,
    backlog: SinkBacklog,
    signal: AbortSignal,
  ): Promise<number | null> {
    const { hasVanished } = await backlog.add(this.#takeWoken(), state);
    const { oldest } = backlog;
    const lostUncounted = state.lostUncounted || hasVanished;

    const batch = await backlog.take(this.#limits());
    if (batch === null) {
      const isKnown = state.unsent === null && state.failure === null;
      if (isKnown && lostUncounted === state.lostUncounted) return null;
      const change = { unsent: null, failure: null, lostUncounted };
      const next = await this.#deps.progress.advance(this.#id, state, change);
      return next === null ? this.#startOver() : null;
    }

    // What was recorded after a change is sent as the change says.
    const current = await this.#deps.sinks.get(this.#id);
    if (JSON.stringify(current) !== JSON.stringify(sink)) {
      this.#isStale = true;
      return 0;
    }

    const lostRecords = state.lostRecords + batch.lost;
    const delivery = await this.#deliver(sink, batch, signal);
    if (delivery.kind === "accepted") {
      const next = await this.#deps.progress.advance(this.#id, state, {
        sentRecords: state.sentRecords + batch.encoded.length,
        rejectedRecords: state.rejectedRecords +
          Math.min(delivery.rejected, batch.encoded.length),
        lastSentAt: batch.packs === 0 ? state.lastSentAt : this.#deps.now().toISOString(),
        failure: null,
        unsent: backlog.oldest,
        lostRecords,
        lostUncounted,
      }, batch.cursors);
      return next === null ? this.#startOver() : 0;
    }

    return await this.#fail(delivery, batch, { ...state, unsent: oldest, lostUncounted });
  }

  /** Notes a failure; or has smaller bodies sent, where the last was too large. */
  async #fail(
    delivery: Exclude<Delivery, { kind: "accepted" }>,
    batch: Batch,
    state: SinkState,
  ): Promise<number | null> {
    if (delivery.kind === "too_large" && batch.packs > 1) {
      const records = Math.ceil(batch.encoded.length / 2);
      this.#smaller = {
        limits: { records, bytes: Math.ceil(sizeOf(batch) / 2) },
        untilMs: this.#deps.now().getTime() + SMALLER_MS,
      };
      this.#isStale = true;
      return 0;
    }

    const { now, random, progress } = this.#deps;
    const failed = delivery.kind === "failed" ? delivery.failed : tooSmall(batch);
    const failure = failureAfter(state.failure, failed, now(), random());
    const { unsent, lostUncounted } = state;
    const next = await progress.advance(this.#id, state, { failure, unsent, lostUncounted });
    this.#startOver();
    return next === null
      ? HELD_ELSEWHERE_MS
      : Math.max(1, Date.parse(failure.nextTryAt) - now().getTime());
  }

  async #deliver(sink: Sink, batch: Batch, signal: AbortSignal): Promise<Delivery> {
    if (batch.packs === 0) return { kind: "accepted", rejected: 0 };
    const { keyring, client } = this.#deps;
    const text = formatOf(sink).body(batch.encoded);
    const headers = await openHeaders(keyring, sink).catch(() => null);
    if (headers !== null) return await client.send(sink, headers, text, signal);

    const reason = "has headers that cannot be opened with the master keys of this process; " +
      "start it with the key that they are sealed under, or set them anew";
    return { kind: "failed", failed: { reason, isBroken: true, retryAfterMs: null } };
  }

  /** While nothing is sent: counts what will not be there any more when something can be. */
  async #countLosses(backlog: SinkBacklog, state: SinkState): Promise<void> {
    this.#woken = "all";
    if (!this.#isLookDue) return;
    this.#isLookDue = false;
    const { hasVanished } = await backlog.add("all", state);

    const until = new Date(this.#deps.now().getTime() + GIVEN_UP_MS);
    for (let seen: SinkState | null = state; seen !== null;) {
      const { records, cursors } = await backlog.giveUp(until);
      const { oldest: unsent } = backlog;
      const isNews = cursors.size > 0 || hasVanished && !seen.lostUncounted ||
        unsent?.place !== seen.unsent?.place;
      if (!isNews) return;
      const lostRecords = seen.lostRecords + records;
      const lostUncounted = seen.lostUncounted || hasVanished;
      const change = { lostRecords, lostUncounted, unsent };
      seen = await this.#deps.progress.advance(this.#id, seen, change, cursors);
    }
  }

  #limits(): BatchLimits {
    const leftMs = (this.#smaller?.untilMs ?? 0) - this.#deps.now().getTime();
    if (leftMs <= 0 || leftMs > SMALLER_MS) this.#smaller = null;
    return this.#smaller?.limits ?? FULL;
  }

  #takeWoken(): Woken {
    const woken = this.#woken;
    this.#woken = new Set();
    return woken;
  }

  /** Has everything looked at anew, since what is in memory is not what is stored. */
  #startOver(): number {
    this.#woken = "all";
    return HELD_ELSEWHERE_MS;
  }
}

function sizeOf({ encoded }: Batch): number {
  return encoded.reduce((sum, text) => sum + text.length, 0);
}

function tooSmall({ encoded }: Batch) {
  const reason = `answered HTTP 413 to ${encoded.length} records; have it take bodies of 1 MiB`;
  return { reason, isBroken: true, retryAfterMs: null };
}
