import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { findServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { findWorkspace } from "./find_workspace.ts";
import type { InstallStore } from "./install_store.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/** Takes a server out of a workspace. Throws `not_found`, also when it is not in it. */
export async function uninstallServer(
  deps: {
    workspaces: WorkspaceStore;
    servers: ServerStore;
    installs: InstallStore;
  },
  by: Actor,
  slugs: { workspace: string; server: string },
): Promise<void> {
  const workspace = await findWorkspace(deps, slugs.workspace);
  const server = await findServer(deps, slugs.server);
  if (await deps.installs.remove(by, workspace.id, server.id)) return;

  throw refusal(
    "not_found",
    `Server "${server.slug}" is not installed in workspace "${workspace.slug}"; show the ` +
      "workspace to see which servers it holds.",
  );
}
