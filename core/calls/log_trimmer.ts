import { BackgroundTask } from "../background_task.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { LoggedWorkspace } from "./call_log.ts";
import type { CallTrimStore } from "./call_trim_store.ts";
import { retentionStart } from "./retention.ts";

/** What letting old calls go needs. */
export interface LogTrimmerDeps {
  workspaces: Pick<WorkspaceStore, "get" | "list">;
  trim: CallTrimStore;
  /** Up to which commit a workspace's calls were added up; `null` = none was. */
  countedBefore(id: LoggedWorkspace["id"]): Promise<string | null>;
  leases: Pick<LeaseStore, "hold">;
  now: () => Date;
  log: (line: string) => void;
}

const LEASE = "trim calls";
const PAGE_SIZE = 100;

/**
 * Lets calls go that are older than their workspace keeps them now, after somebody has
 * shortened that; what was written for so long goes by itself.
 *
 * From the front of the log, a bounded number in each commit, and only what was added up: sums
 * outlive what they are of.
 */
export class LogTrimmer {
  readonly #deps: LogTrimmerDeps;
  readonly #task: BackgroundTask;

  constructor(deps: LogTrimmerDeps) {
    this.#deps = deps;
    this.#task = new BackgroundTask({
      doing: "let old calls go",
      run: (signal) => this.#run(signal),
      log: deps.log,
    });
  }

  /** Has it look at every workspace. */
  wake(): void {
    this.#task.wake();
  }

  /** Resolves when it has looked at all of them that it was woken for. */
  settled(): Promise<void> {
    return this.#task.settled();
  }

  /** Ends what runs; the rest is let go the next time. */
  close(): Promise<void> {
    return this.#task.close();
  }

  async #run(signal: AbortSignal): Promise<null> {
    const { leases, workspaces } = this.#deps;
    let cursor: string | null = null;
    do {
      if (!await leases.hold(LEASE)) return null;
      const page = await workspaces.list({ limit: PAGE_SIZE, cursor });
      for (const workspace of page.items) {
        if (signal.aborted) return null;
        await this.#trimOne(workspace, signal);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    return null;
  }

  /** One workspace whose records cannot be read keeps no other one waiting. */
  async #trimOne(workspace: LoggedWorkspace, signal: AbortSignal): Promise<void> {
    try {
      await this.#trim(workspace, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#deps.log(`Cannot let old calls of ${workspace.id} go: ${error}`);
    }
  }

  async #trim(listed: LoggedWorkspace, signal: AbortSignal): Promise<void> {
    const { countedBefore, leases, now, trim, workspaces } = this.#deps;
    const startOf = (workspace: LoggedWorkspace) => retentionStart(workspace, now()).toISOString();
    if (!await trim.isOlder(listed.id, startOf(listed))) return;

    const before = await countedBefore(listed.id);
    if (before === null) return;
    while (!signal.aborted) {
      // Whoever makes it longer again means what is still there.
      const workspace = await workspaces.get(listed.id);
      if (workspace === null) return;
      if (!await trim.dropOlder(listed.id, { start: startOf(workspace), before })) return;
      if (!await leases.hold(LEASE)) return;
    }
  }
}
