import type { Actor } from "../audit/actor.ts";
import { withChange } from "../limits/limits.ts";
import { findWorkspace, noWorkspace } from "./find_workspace.ts";
import type { Workspace, WorkspaceChange } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/**
 * Changes a workspace's name, its limits, or how long its calls are kept, from the next call on.
 * Throws `not_found`.
 */
export async function updateWorkspace(
  deps: { workspaces: WorkspaceStore },
  by: Actor,
  slug: string,
  { name, limits, retentionDays }: WorkspaceChange,
): Promise<Workspace> {
  const { id } = await findWorkspace(deps, slug);
  const updated = await deps.workspaces.update(by, "workspace.update", id, (stored) => ({
    ...stored,
    name: name ?? stored.name,
    limits: withChange(stored.limits, limits),
    retentionDays: retentionDays ?? stored.retentionDays,
  }));
  if (updated === null) throw noWorkspace(slug);
  return updated;
}
