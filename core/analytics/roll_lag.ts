import type { CallBellStore } from "../calls/call_bell_store.ts";
import type { CallFeed } from "../calls/call_feed.ts";
import { placeInPack } from "../calls/log_position.ts";
import type { WorkspaceId } from "../ids.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { RollupStore } from "./rollup_store.ts";

/** What the lag is found with. */
export interface RollLagDeps {
  bells: Pick<CallBellStore, "read" | "readAny">;
  rollups: Pick<RollupStore, "marks">;
  feed: Pick<CallFeed, "after">;
  workspaces: Pick<WorkspaceStore, "listAll">;
  now: () => Date;
}

/** One pack says how old it is. */
const READ_AHEAD = 1;

/** How far adding up is behind the log, over all workspaces and all processes. */
export class RollLag {
  readonly #deps: RollLagDeps;
  /** The last commit of the log, when all of it was found to be added up. */
  #doneUpTo: string | null = null;

  constructor(deps: RollLagDeps) {
    this.#deps = deps;
  }

  /** For how many seconds the oldest call has been over that is not added up; 0 for none. */
  async seconds(): Promise<number> {
    const last = await this.#deps.bells.readAny();
    if (last === this.#doneUpTo) return 0;

    const nowMs = this.#deps.now().getTime();
    let oldestMs = Infinity;
    const all = await this.#deps.workspaces.listAll();
    for (const { id, versionstamp } of await this.#behind(all.map(({ id }) => id))) {
      oldestMs = Math.min(oldestMs, await this.#endOfNext(id, versionstamp));
    }
    if (oldestMs === Infinity) this.#doneUpTo = last;
    return Math.max(0, nowMs - oldestMs) / 1000;
  }

  /** Of these workspaces those of which not all is added up, and up to which commit it is. */
  async #behind(
    ids: readonly WorkspaceId[],
  ): Promise<{ id: WorkspaceId; versionstamp: string }[]> {
    const [bells, marks] = await Promise.all([
      this.#deps.bells.read(ids),
      this.#deps.rollups.marks(ids),
    ]);
    return ids.flatMap((id, at) => {
      const position = marks[at]?.position ?? "";
      const { versionstamp } = placeInPack(position);
      return (bells[at] ?? "") > versionstamp ? [{ id, versionstamp }] : [];
    });
  }

  /** When the first calls behind a commit were over; what is damaged does not say so. */
  async #endOfNext(id: WorkspaceId, versionstamp: string): Promise<number> {
    const stretch = { readAhead: READ_AHEAD };
    for await (const { endedAt, calls } of this.#deps.feed.after(id, versionstamp, stretch)) {
      if (calls !== null) return Date.parse(endedAt);
    }
    return Infinity;
  }
}
