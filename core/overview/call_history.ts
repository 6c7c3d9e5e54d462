import type { CallQueries } from "../calls/call_queries.ts";
import type { Call } from "../calls/call.ts";
import type { TokenId, WorkspaceId } from "../ids.ts";
import type { WorkspaceView } from "../workspaces/workspace.ts";
import { type CallRow, type LastCall, MAX_CALLS } from "./overview.ts";

/** Of so many workspaces the latest calls are read. */
const MAX_WORKSPACES = 20;

/** So many calls of each are read. */
const CALLS_PER_WORKSPACE = 100;

/** The latest calls of a workspace, newest first. */
export interface CallHistory {
  workspace: string;
  calls: Call[];
  /** Whether the log has no older ones. */
  isWhole: boolean;
}

/** Reads the latest calls of the first workspaces. */
export async function readCallHistories(
  deps: { callQueries: CallQueries },
  workspaces: readonly WorkspaceView[],
): Promise<Map<WorkspaceId, CallHistory>> {
  const read = workspaces.slice(0, MAX_WORKSPACES).map(async ({ id, slug }) => {
    const query = { limit: CALLS_PER_WORKSPACE, cursor: null };
    const { items, nextCursor } = await deps.callQueries.list(id, query);
    const history = { workspace: slug, calls: items, isWhole: nextCursor === null };
    return [id, history] as const;
  });
  return new Map(await Promise.all(read));
}

/** The latest calls of all, newest first. */
export function latestCalls(histories: ReadonlyMap<WorkspaceId, CallHistory>): CallRow[] {
  return [...histories.values()]
    .flatMap(({ workspace, calls }) => calls.map((call) => ({ ...call, workspace })))
    .sort((a, b) => a.at < b.at ? 1 : -1)
    .slice(0, MAX_CALLS);
}

/** When a token was last used; "never" is said only of a log that was read to its end. */
export function lastCallOf(history: CallHistory | undefined, tokenId: TokenId): LastCall {
  const call = history?.calls.find((each) => each.tokenId === tokenId);
  if (call !== undefined) return { at: call.at };
  return history?.isWhole ? "never" : "not lately";
}
