import type { WorkspaceId } from "../ids.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";

/** How many are named before the rest is counted. */
const MAX_NAMED = 5;

/** The workspaces as a sentence names them: `"a", "b" and 3 more`. */
export async function nameUsers(
  deps: { workspaces: WorkspaceStore },
  ids: readonly WorkspaceId[],
): Promise<string> {
  const named = await deps.workspaces.getMany(ids.slice(0, MAX_NAMED));
  const names = named.map(({ slug }) => `"${slug}"`).join(", ");
  const rest = ids.length - MAX_NAMED;
  return rest > 0 ? `${names} and ${rest} more` : names;
}
