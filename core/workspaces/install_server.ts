import { findServer, noServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { findWorkspace, noWorkspace } from "./find_workspace.ts";
import type { InstallStore } from "./install_store.ts";
import type { Workspace } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** The workspace, and whether the server is new in it. */
export interface Installed {
  workspace: Workspace;
  isNew: boolean;
}

/**
 * Puts a server into a workspace; it may be there already.
 *
 * Throws `not_found` for either, and `limit_reached`.
 */
export async function installServer(
  deps: {
    workspaces: WorkspaceStore;
    servers: ServerStore;
    installs: InstallStore;
    now: () => Date;
  },
  slugs: { workspace: string; server: string },
): Promise<Installed> {
  const workspace = await findWorkspace(deps, slugs.workspace);
  const server = await findServer(deps, slugs.server);

  const outcome = await deps.installs.add({
    workspaceId: workspace.id,
    serverId: server.id,
    installedAt: deps.now().toISOString(),
  });

  if (outcome === "no_workspace") throw noWorkspace(slugs.workspace);
  if (outcome === "no_server") throw noServer(slugs.server);
  return { workspace, isNew: outcome === "installed" };
}
