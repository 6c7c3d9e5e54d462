import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { findServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { findWorkspace } from "./find_workspace.ts";
import type { InstallStore } from "./install_store.ts";
import type { WorkspaceStore } from "./workspace_store.ts";

/**
 * Puts a server back into a workspace as it was when it was uninstalled, with its policy and its
 * limits, for an hour after that.
 *
 * Throws `not_found` for either and when there is nothing to put back, `conflict` when it is
 * installed again already, and `limit_reached`.
 */
export async function restoreInstall(
  deps: { workspaces: WorkspaceStore; servers: ServerStore; installs: InstallStore },
  by: Actor,
  slugs: { workspace: string; server: string },
): Promise<void> {
  const workspace = await findWorkspace(deps, slugs.workspace);
  const server = await findServer(deps, slugs.server);
  const outcome = await deps.installs.restore(by, workspace.id, server.id);
  if (outcome === "restored") return;

  const where = `"${server.slug}" in workspace "${workspace.slug}"`;
  if (outcome === "was_installed") {
    throw refusal("conflict", `There is ${where} again already; it stays as it is.`);
  }
  throw refusal(
    "not_found",
    `How ${where} was installed is not known any more; an hour after it was uninstalled, install ` +
      "it anew.",
  );
}
