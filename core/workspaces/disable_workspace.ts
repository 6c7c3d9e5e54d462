import type { Actor } from "../audit/actor.ts";
import { findWorkspace, noWorkspace } from "./find_workspace.ts";
import type { Workspace } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** What disabling needs. */
interface Deps {
  workspaces: WorkspaceStore;
  now: () => Date;
}

/**
 * Disables a workspace: once this has resolved, it refuses every token on every process,
 * as one that is not there does. One that is disabled already keeps its date.
 *
 * Throws `not_found`.
 */
export async function disableWorkspace(deps: Deps, by: Actor, slug: string): Promise<Workspace> {
  const at = deps.now().toISOString();
  return await change(deps, by, "workspace.disable", slug, (workspace) => ({
    ...workspace,
    disabledAt: workspace.disabledAt ?? at,
  }));
}

/** Opens a disabled workspace again, for the tokens that it had. Throws `not_found`. */
export async function enableWorkspace(deps: Deps, by: Actor, slug: string): Promise<Workspace> {
  return await change(
    deps,
    by,
    "workspace.enable",
    slug,
    (workspace) => ({ ...workspace, disabledAt: null }),
  );
}

async function change(
  deps: Deps,
  by: Actor,
  action: `workspace.${string}`,
  slug: string,
  make: (workspace: Workspace) => Workspace,
): Promise<Workspace> {
  const { id } = await findWorkspace(deps, slug);
  const updated = await deps.workspaces.update(by, action, id, make);
  if (updated === null) throw noWorkspace(slug);
  return updated;
}
