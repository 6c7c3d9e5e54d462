import { BackgroundTask } from "../background_task.ts";
import type { Minutely } from "../each_minute.ts";
import type { SinkId } from "../ids.ts";
import type { StreamName } from "./sink_stream.ts";
import { SinkWorker, type SinkWorkerDeps } from "./sink_worker.ts";

/** What sends the log, and how long calls are gathered before. */
export interface SinkSenderDeps extends SinkWorkerDeps {
  /** Milliseconds in which what is recorded waits for more, so that there are fewer requests. */
  gatherMs?: number;
}

const GATHER_MS = 500;

/**
 * Has the log sent to every sink, each by a worker of its own: one that is slow, or gone, costs
 * the others nothing, and no call waits for any of them.
 */
export class SinkSender {
  readonly #deps: SinkSenderDeps;
  readonly #workers = new Map<SinkId, SinkWorker>();
  readonly #look: BackgroundTask;
  #woken: Set<StreamName> | "all" = new Set();
  #gathering: ReturnType<typeof setTimeout> | null = null;
  #isCleared = false;
  #isClosed = false;

  constructor(deps: SinkSenderDeps) {
    this.#deps = deps;
    this.#look = new BackgroundTask({
      doing: "look which sinks there are",
      run: () => this.#wakeWorkers(),
      log: deps.log,
    });
  }

  /** Says that something was recorded in these streams. */
  recorded(streams: Iterable<StreamName>): void {
    if (this.#isClosed) return;
    if (this.#woken !== "all") { for (const each of streams) this.#woken.add(each); }
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#look.wake();
    }, this.#deps.gatherMs ?? GATHER_MS);
  }

  /** Has every sink and all of the log looked at: each minute, and when a sink was changed. */
  wakeAll(): void {
    this.#woken = "all";
    this.#look.wake();
  }

  /** What is due and nobody woke. */
  get minutely(): Minutely {
    return { wake: () => this.wakeAll(), settled: () => this.settled() };
  }

  /** Resolves when nothing runs any more that was woken until now. */
  async settled(): Promise<void> {
    await this.#look.settled();
    await Promise.all([...this.#workers.values()].map((worker) => worker.settled()));
  }

  /** Cuts what is being sent, and sends no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    await this.#look.close();
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  async #wakeWorkers(): Promise<null> {
    const woken = this.#woken;
    this.#woken = new Set();
    await this.#clearOnce();
    const left = new Set(this.#workers.keys());

    for (const { id } of await this.#sinks(woken)) {
      left.delete(id);
      let worker = this.#workers.get(id);
      if (worker === undefined) {
        worker = new SinkWorker(id, this.#deps);
        this.#workers.set(id, worker);
      }
      worker.wake(woken);
    }

    for (const id of left) {
      const worker = this.#workers.get(id);
      this.#workers.delete(id);
      await worker?.close();
    }
    return null;
  }

  /** What a process left that was killed, the next one to begin clears away. */
  async #clearOnce(): Promise<void> {
    if (this.#isCleared) return;
    this.#isCleared = true;
    await this.#deps.progress.clearLeft().catch((error) => {
      this.#isCleared = false;
      this.#deps.log(`Cannot clear away what is left of removed sinks: ${error}`);
    });
  }

  async #sinks(woken: Set<StreamName> | "all") {
    try {
      return await this.#deps.sinks.list();
    } catch (error) {
      if (woken === "all") this.#woken = "all";
      else if (this.#woken !== "all") { for (const each of woken) this.#woken.add(each); }
      throw error;
    }
  }
}
