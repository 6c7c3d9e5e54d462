import {
  ARGUMENT_PART_BYTES,
  type ArgumentPart,
  MAX_ARGUMENT_PARTS,
  packArguments,
} from "../arguments/argument_pack.ts";
import type { ArgumentsToKeep } from "../arguments/arguments_to_keep.ts";
import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { endOfTurn } from "../kv/end_of_turn.ts";
import { keys } from "../kv/keys.ts";
import type { Call } from "./call.ts";
import { type Retained, retentionMs } from "./retention.ts";
import { type CallPack, encodeCall, type EncodedCall, packCalls } from "./call_pack.ts";

/** A value may have 64 KiB; what does not fit waits for the next commit. */
const PACK_BYTES = 48 * 1024;

/** How much of arguments is sealed together, in as many values as it needs. */
const ARGUMENT_BYTES = (MAX_ARGUMENT_PARTS - 1) * ARGUMENT_PART_BYTES;

/** One commit may have 800 KiB, keys and all; a workspace has two keys in it. */
const COMMIT_BYTES = 600 * 1024;
const COMMIT_WORKSPACES = 250;

/** How many calls may wait for their commit; nothing new is let in then. */
const MAX_WAITING = 10_000;

/** Room for what was let in before, and may have been done: no more than run at once. */
const MAX_LET_IN = 2_000;

/** The workspace that a call belongs to, and how long its calls are kept now. */
export interface LoggedWorkspace extends Retained {
  id: WorkspaceId;
}

/** Hears in which workspaces something was recorded by this process; never throws. */
export type CommitListener = (workspaces: readonly WorkspaceId[]) => void;

/** A call that waits for its commit. */
interface Waiting extends EncodedCall {
  retentionMs: number;
  kept: ArgumentsToKeep | null;
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
  readonly #queues = new Map<WorkspaceId, Waiting[]>();
  readonly #listeners: CommitListener[] = [];
  #unsettled = 0;
  #commits = 0;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Has this called after each commit, which waits for it: it begins work and does none. */
  onCommitted(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /** Whether nothing more should be let in: ask before a call is forwarded. */
  get isFull(): boolean {
    return this.#closed || this.#unsettled >= MAX_WAITING;
  }

  /** How many calls wait for their commit, or for the one that is under way. */
  get waiting(): number {
    return this.#unsettled;
  }

  /** How many commits were done. */
  get commits(): number {
    return this.#commits;
  }

  /**
   * Resolves when the call is on the record for good, and what is kept of its arguments with it.
   *
   * Rejects when its own commit failed, with `shutting_down` after {@linkcode close}, and with
   * `too_many` for what was refused when 10,000 wait: whatever else has been done has room.
   */
  async record(
    workspace: LoggedWorkspace,
    call: Call,
    kept: ArgumentsToKeep | null = null,
  ): Promise<void> {
    this.#refuseWhenFull(call);
    const encoded = encodeCall(call);
    const { promise, resolve, reject } = Promise.withResolvers<void>();

    const queue = this.#queues.get(workspace.id);
    const waiting = { ...encoded, kept, retentionMs: retentionMs(workspace), resolve, reject };
    if (queue === undefined) this.#queues.set(workspace.id, [waiting]);
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

  #refuseWhenFull({ outcome }: Call): void {
    if (this.#closed) {
      throw new GatewayError("shutting_down", "Cannot record a call: the log is closed");
    }
    const most = outcome === "refused" ? MAX_WAITING : MAX_WAITING + MAX_LET_IN;
    if (this.#unsettled >= most) {
      throw new GatewayError("too_many", `Cannot record a call: ${most} wait already`);
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
      const { count, sizeBytes } = fitting(queue, roomBytes);
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
      this.#commits++;
      for (const call of calls) call.resolve();
      for (const listener of this.#listeners) listener([...packs.keys()]);
    } catch (error) {
      for (const call of calls) call.reject(error);
    } finally {
      this.#unsettled -= calls.length;
    }
  }

  #atomic(packs: Map<WorkspaceId, Waiting[]>): Deno.AtomicOperation {
    const atomic = this.#kv.atomic();
    for (const [workspaceId, calls] of packs) {
      const versionstamp = this.#kv.commitVersionstamp();
      // Calls on both sides of a change of the retention are kept for the longer time.
      const expireIn = Math.max(...calls.map((call) => call.retentionMs));
      const pack = packCalls(calls, expireIn);
      atomic.set(keys.calls(workspaceId, versionstamp), pack, { expireIn });
      for (const [at, part] of sealed(calls, pack).entries()) {
        atomic.set(keys.callArguments(workspaceId, at, versionstamp), part, { expireIn });
      }
      atomic.set(keys.callsBell(workspaceId), true);
    }
    return atomic.set(keys.anyCallsBell, true);
  }
}

/** What is kept of the calls of a pack; nothing at all where no call has any. */
function sealed(calls: readonly Waiting[], pack: CallPack): ArgumentPart[] {
  const seal = calls.find(({ kept }) => kept !== null)?.kept?.seal;
  if (seal === undefined) return [];
  const day = pack.endedAt.slice(0, "2026-11-22".length);
  return packArguments(seal, day, pack.calls, calls.map(({ kept }) => kept?.json ?? null));
}

/**
 * How many calls from the front of a queue fit into one pack, and with it into a commit that
 * has so much room left. What is sealed together has one key, which only a purge replaces.
 */
function fitting(queue: readonly Waiting[], roomBytes: number) {
  let keyId: string | null = null;
  let recordBytes = 1;
  let argumentBytes = 0;
  let count = 0;

  for (const { json, kept } of queue) {
    const records = recordBytes + json.length + 1;
    const args = argumentBytes + (kept?.json.length ?? 0);
    if (records > PACK_BYTES || args > ARGUMENT_BYTES || records + args > roomBytes) break;
    if (kept !== null && kept.seal.keyId !== (keyId ??= kept.seal.keyId)) break;
    recordBytes = records;
    argumentBytes = args;
    count++;
  }

  return { count, sizeBytes: recordBytes + argumentBytes };
}
