import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import type { MemberSecretStore } from "../members/member_secret_store.ts";
import { findServer } from "../servers/find_server.ts";
import { nameUsers } from "../servers/name_users.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { noSecret } from "./no_secret.ts";
import type { SecretStore } from "./secret_store.ts";

/**
 * Removes a secret for good, with what members had set of it.
 *
 * Throws `not_found`, and without `force` also `in_use`, naming the workspaces,
 * while the server is installed anywhere.
 */
export async function removeSecret(
  deps: {
    servers: ServerStore;
    secrets: SecretStore;
    memberSecrets: MemberSecretStore;
    installs: InstallStore;
    workspaces: WorkspaceStore;
  },
  by: Actor,
  slug: string,
  name: string,
  { force }: { force: boolean },
): Promise<void> {
  const server = await findServer(deps, slug);
  if (await deps.secrets.get(server.id, name) === null) throw noSecret(slug, name);

  const usedBy = await deps.installs.listByServer(server.id);
  if (usedBy.length > 0 && !force) {
    throw refusal(
      "in_use",
      `Secret "${name}" is sent to server "${slug}", which is installed in ` +
        `${await nameUsers(
          deps,
          usedBy,
        )}; remove it all the same with --force (?force=true).`,
    );
  }

  const removed = await deps.secrets.remove(by, server.id, name);
  if (removed === null) throw noSecret(slug, name);
  // They lead nowhere any more: a secret of the same name has another id.
  await deps.memberSecrets.clear(server.id, removed.id);
}
