import type { Actor } from "../audit/actor.ts";
import { NO_INSTALL_LIMITS, withChange } from "../limits/limits.ts";
import { findServer, noServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { findWorkspace, noWorkspace } from "./find_workspace.ts";
import type { InstallStore } from "./install_store.ts";
import type { InstallInput, Workspace } from "./workspace.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** The workspace, and whether the server is new in it. */
export interface Installed {
  workspace: Workspace;
  isNew: boolean;
}

/**
 * Puts a server into a workspace; where it is already, changes what `input` names.
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
  by: Actor,
  slugs: { workspace: string; server: string },
  { policy, onChange, limits }: InstallInput = {},
): Promise<Installed> {
  const workspace = await findWorkspace(deps, slugs.workspace);
  const server = await findServer(deps, slugs.server);

  const outcome = await deps.installs.put(by, {
    install: {
      workspaceId: workspace.id,
      serverId: server.id,
      installedAt: deps.now().toISOString(),
      policy: policy ?? null,
      onChange: onChange ?? "warn",
      limits: withChange(NO_INSTALL_LIMITS, limits),
    },
    change: { policy, onChange, limits },
  });

  if (outcome === "no_workspace") throw noWorkspace(slugs.workspace);
  if (outcome === "no_server") throw noServer(slugs.server);
  return { workspace, isNew: outcome === "installed" };
}
