import type { CallHistory } from "../calls/call_history.ts";
import { searchCalls } from "../calls/search_calls.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import { type CallRow, MAX_CALLS } from "./overview.ts";

/** Reads the latest calls of these workspaces, the last one on the record first. */
export async function readLatestCalls(
  deps: { callHistory: CallHistory; now: () => Date },
  workspaces: readonly Workspace[],
): Promise<CallRow[]> {
  const search = { workspaces, filter: {}, limit: MAX_CALLS, cursor: null };
  return (await searchCalls(deps, search)).items;
}
