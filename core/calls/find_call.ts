import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { CallQueries, FoundCall } from "./call_queries.ts";

/** The call of an id, in a workspace of this slug. Throws `not_found`. */
export async function findCall(
  deps: { workspaces: WorkspaceStore; callQueries: CallQueries },
  slug: string,
  id: string,
): Promise<FoundCall & { workspace: Workspace }> {
  const workspace = await findWorkspace(deps, slug);
  const found = await deps.callQueries.find(workspace, id);
  if (found !== null) return { ...found, workspace };
  throw refusal(
    "not_found",
    `There is no call ${quote(id)} in workspace "${slug}"; lists of calls say their ids with ` +
      "--json, and older calls may be gone.",
  );
}
