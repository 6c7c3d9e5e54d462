import { BackgroundTask } from "../background_task.ts";
import { WorkspaceId } from "../ids.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { Block } from "./block.ts";
import type { BlockBuilder } from "./block_builder.ts";
import type { Roller } from "./roller.ts";

/** How many workspaces are looked at side by side. */
const AT_ONCE = 8;

const LEASE = "rollups";

/** What adding up needs. */
export interface RollingDeps {
  roller: Roller;
  builder: BlockBuilder;
  workspaces: Pick<WorkspaceStore, "listAll">;
  leases: Pick<LeaseStore, "hold">;
  log: (line: string) => void;
}

/** Has the log added up, beside the calls, when somebody says that there is something to add. */
export class Rolling {
  readonly #deps: RollingDeps;
  readonly #task: BackgroundTask;
  readonly #woken = new Set<WorkspaceId>();
  #looksAtAll = false;

  constructor(deps: RollingDeps) {
    this.#deps = deps;
    this.#task = new BackgroundTask({
      doing: "add up the log of calls",
      run: (signal) => this.#run(signal),
      log: deps.log,
    });
  }

  /** Has the log of these workspaces added up. */
  wake(workspaceIds: Iterable<string>): void {
    for (const id of workspaceIds) {
      const { success, data } = WorkspaceId.safeParse(id);
      if (success) this.#woken.add(data);
    }
    if (this.#woken.size > 0) this.#task.wake();
  }

  /** Has one process look at all workspaces, and build what is over. */
  wakeForAll(): void {
    this.#looksAtAll = true;
    this.#task.wake();
  }

  /** Resolves when all is done that was asked for until now. */
  settled(): Promise<void> {
    return this.#task.settled();
  }

  /** Ends what is being added up, which loses nothing, and begins no more. */
  close(): Promise<void> {
    return this.#task.close();
  }

  async #run(signal: AbortSignal): Promise<null> {
    const woken = [...this.#woken];
    this.#woken.clear();
    await this.#rollEach(woken, signal);

    if (!this.#looksAtAll) return null;
    this.#looksAtAll = false;
    if (!await this.#deps.leases.hold(LEASE)) return null;
    const all = await this.#deps.workspaces.listAll();
    await this.#rollEach(all.map(({ id }) => id), signal);
    if (!signal.aborted) {
      const onError = ({ workspaceId }: Block, error: unknown) => this.#say(workspaceId, error);
      await this.#deps.builder.buildDue({ signal, onError });
    }
    return null;
  }

  /** One workspace whose records cannot be read keeps no other one waiting. */
  async #rollOne(id: WorkspaceId, signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.roller.rollAll(id, { signal });
    } catch (error) {
      if (!signal.aborted) this.#say(id, error);
    }
  }

  #say(id: WorkspaceId, error: unknown): void {
    this.#deps.log(`Cannot add up the calls of ${id}: ${error}`);
  }

  async #rollEach(ids: WorkspaceId[], signal: AbortSignal): Promise<void> {
    const lane = async () => {
      for (let id = ids.pop(); id !== undefined && !signal.aborted; id = ids.pop()) {
        await this.#rollOne(id, signal);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, lane));
  }
}
