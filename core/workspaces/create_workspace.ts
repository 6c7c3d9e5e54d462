import { newWorkspaceId } from "../ids.ts";
import type { Workspace, WorkspaceInput } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** Creates an empty workspace. Throws `slug_taken` and `limit_reached`. */
export async function createWorkspace(
  deps: { workspaces: WorkspaceStore; now: () => Date },
  input: WorkspaceInput,
): Promise<Workspace> {
  const workspace: Workspace = {
    id: newWorkspaceId(),
    slug: input.slug,
    name: input.name ?? input.slug,
    createdAt: deps.now().toISOString(),
  };
  await deps.workspaces.add(workspace);
  return workspace;
}
