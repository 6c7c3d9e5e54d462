import type { Actor } from "../audit/actor.ts";
import { DEFAULT_RETENTION_DAYS } from "../calls/retention.ts";
import { newWorkspaceId } from "../ids.ts";
import { NO_WORKSPACE_LIMITS, withChange } from "../limits/limits.ts";
import type { Workspace, WorkspaceInput } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** Creates an empty workspace. Throws `slug_taken` and `limit_reached`. */
export async function createWorkspace(
  deps: { workspaces: WorkspaceStore; now: () => Date },
  by: Actor,
  input: WorkspaceInput,
): Promise<Workspace> {
  const workspace: Workspace = {
    id: newWorkspaceId(),
    slug: input.slug,
    name: input.name ?? input.slug,
    disabledAt: null,
    limits: withChange(NO_WORKSPACE_LIMITS, input.limits),
    retentionDays: input.retentionDays ?? DEFAULT_RETENTION_DAYS,
    logArguments: null,
    createdAt: deps.now().toISOString(),
  };
  await deps.workspaces.add(by, workspace);
  return workspace;
}
