import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { endOfTurn } from "../kv/end_of_turn.ts";
import { keys } from "../kv/keys.ts";
import type { Call } from "./call.ts";
import { encodeCall, type EncodedCall, packCalls } from "./call_pack.ts";

/** A value may have 64 KiB; what does not fit waits for the next commit. */
const PACK_BYTES = 48 * 1024;

/** One commit may have 800 KiB, keys and all. */
const COMMIT_BYTES = 600 * 1024;
const COMMIT_WORKSPACES = 500;

/** How many calls may wait for their commit. */
const MAX_WAITING = 10_000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** A call that waits for its commit. */
interface Waiting extends EncodedCall {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Puts calls on the record, many in one commit.
 *
 * The next commit begins as soon as the one before is back, and takes every call
 * that came meanwhile: nobody waits for a timer, and nobody pays for a commit of
 * his own. Calls of one workspace keep their order.
 */
export class CallLog {
  readonly #kv: Deno.Kv;
  readonly #retentionMs: number;
  readonly #queues = new Map<WorkspaceId, Waiting[]>();
  #unsettled = 0;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(kv: Deno.Kv, { retentionDays }: { retentionDays: number }) {
    this.#kv = kv;
    this.#retentionMs = retentionDays * DAY_MS;
  }

  /** Whether the next {@linkcode record} is refused: ask before a call is forwarded. */
  get isFull(): boolean {
    return this.#closed || this.#unsettled >= MAX_WAITING;
  }

  /**
   * Resolves when the call is on the record for good.
   *
   * Rejects when its own commit failed, with `too_many` when 10,000 calls wait,
   * and with `shutting_down` after {@linkcode close}.
   */
  async record(workspaceId: WorkspaceId, call: Call): Promise<void> {
    this.#refuseWhenFull();
    const encoded = encodeCall(call);
    const { promise, resolve, reject } = Promise.withResolvers<void>();

    const queue = this.#queues.get(workspaceId);
    const waiting = { ...encoded, resolve, reject };
    if (queue === undefined) this.#queues.set(workspaceId, [waiting]);
    else queue.push(waiting);
    this.#unsettled++;
    this.#running ??= this.#run();

    await promise;
  }

  /** Commits what waits, and takes no more. Close the store after this. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #refuseWhenFull(): void {
    if (this.#closed) {
      throw new GatewayError("shutting_down", "Cannot record a call: the log is closed");
    }
    if (this.#unsettled >= MAX_WAITING) {
      throw new GatewayError("too_many", `Cannot record a call: ${MAX_WAITING} wait already`);
    }
  }

  async #run(): Promise<void> {
    while (this.#queues.size > 0) {
      await endOfTurn();
      await this.#commit(this.#takePacks());
    }
    this.#running = null;
  }

  /** Takes what fits into one commit; a workspace that has more goes to the end. */
  #takePacks(): Map<WorkspaceId, Waiting[]> {
    const packs = new Map<WorkspaceId, Waiting[]>();
    let roomBytes = COMMIT_BYTES;

    for (const [workspaceId, queue] of [...this.#queues]) {
      const { count, sizeBytes } = fitting(queue, Math.min(roomBytes, PACK_BYTES));
      if (count === 0 || packs.size === COMMIT_WORKSPACES) break;

      packs.set(workspaceId, queue.splice(0, count));
      roomBytes -= sizeBytes;
      this.#queues.delete(workspaceId);
      if (queue.length > 0) this.#queues.set(workspaceId, queue);
    }

    return packs;
  }

  async #commit(packs: Map<WorkspaceId, Waiting[]>): Promise<void> {
    const calls = [...packs.values()].flat();

    try {
      await commitWithRetry("record calls", () => {
        return Promise.resolve({ atomic: this.#atomic(packs), result: null });
      });
      for (const call of calls) call.resolve();
    } catch (error) {
      for (const call of calls) call.reject(error);
    } finally {
      this.#unsettled -= calls.length;
    }
  }

  #atomic(packs: Map<WorkspaceId, Waiting[]>): Deno.AtomicOperation {
    const atomic = this.#kv.atomic();
    for (const [workspaceId, calls] of packs) {
      const key = keys.calls(workspaceId, this.#kv.commitVersionstamp());
      atomic.set(key, packCalls(calls), { expireIn: this.#retentionMs });
    }
    return atomic;
  }
}

/** How many calls from the front of a queue fit into a value of this size. */
function fitting(queue: readonly Waiting[], limitBytes: number) {
  let sizeBytes = 1;
  let count = 0;

  for (const { json } of queue) {
    if (sizeBytes + json.length + 1 > limitBytes) break;
    sizeBytes += json.length + 1;
    count++;
  }

  return { count, sizeBytes };
}
