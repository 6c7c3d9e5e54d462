import type { Actor } from "../audit/actor.ts";
import type { PinStore } from "../definitions/pin_store.ts";
import { refusal } from "../errors.ts";
import type { MemberSecretStore } from "../members/member_secret_store.ts";
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
  deps: {
    servers: ServerStore;
    workspaces: WorkspaceStore;
    pins: PinStore;
    memberSecrets: MemberSecretStore;
  },
  by: Actor,
  slug: string,
  { force }: { force: boolean },
): Promise<void> {
  const server = await findServer(deps, slug);
  const { outcome, usedBy } = await deps.servers.remove(by, server, force);
  if (outcome === "gone") throw noServer(slug);
  if (outcome === "removed") {
    await deps.pins.removeAll(server.id);
    await deps.memberSecrets.clear(server.id);
    return;
  }

  throw refusal(
    "in_use",
    `Server "${slug}" is installed in ${await nameUsers(
      deps,
      usedBy,
    )}; uninstall it there, ` +
      "or remove it everywhere with --force (?force=true).",
  );
}
