import { refusal } from "../errors.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { findServer, noServer } from "./find_server.ts";
import { nameUsers } from "./name_users.ts";
import type { ServerStore } from "./server_store.ts";

/**
 * Removes a server with its secrets; with `force` also where it is installed.
 *
 * Throws `not_found`, and `in_use`, which names the workspaces.
 */
export async function removeServer(
  deps: { servers: ServerStore; workspaces: WorkspaceStore },
  slug: string,
  { force }: { force: boolean },
): Promise<void> {
  const server = await findServer(deps, slug);
  const { outcome, usedBy } = await deps.servers.remove(server, force);
  if (outcome === "gone") throw noServer(slug);
  if (outcome === "removed") return;

  throw refusal(
    "in_use",
    `Server "${slug}" is installed in ${await nameUsers(
      deps,
      usedBy,
    )}; uninstall it there, ` +
      "or remove it everywhere with --force (?force=true).",
  );
}
