import type { ServerId } from "../ids.ts";
import type { InstallStore } from "./install_store.ts";
import type { Install, Workspace } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** A server in one of its workspaces. */
export interface ServerInstall {
  workspace: Workspace;
  install: Install;
}

/** Where a server is installed, by the workspaces' slugs, and how. */
export async function listInstallsOf(
  deps: { installs: InstallStore; workspaces: WorkspaceStore },
  server: ServerId,
): Promise<ServerInstall[]> {
  const installs = await deps.installs.listInstalls(server);
  const workspaces = await deps.workspaces.getMany(installs.map(({ workspaceId }) => workspaceId));
  const byId = new Map(workspaces.map((workspace) => [workspace.id, workspace]));
  return installs
    .flatMap((install) => {
      const workspace = byId.get(install.workspaceId);
      return workspace === undefined ? [] : [{ workspace, install }];
    })
    .sort((a, b) => a.workspace.slug < b.workspace.slug ? -1 : 1);
}
