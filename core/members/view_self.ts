import { GatewayError } from "../errors.ts";
import type { Config } from "../config.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { Server } from "../servers/server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Token } from "../tokens/token.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { type MemberKey, memberKeyOf } from "./member_key.ts";
import type { OwnSecretView, SelfView } from "./self.ts";
import type { MemberSecretStore } from "./member_secret_store.ts";
import { pageOf } from "./missing_secret.ts";

interface Deps {
  config: Pick<Config, "publicUrl">;
  workspaces: WorkspaceStore;
  installs: InstallStore;
  servers: ServerStore;
  secrets: SecretStore;
  memberSecrets: MemberSecretStore;
}

/**
 * A member as they see themselves: which secrets are theirs to set, and which are set.
 * Throws `unauthorized` when the workspace is gone.
 */
export async function viewSelf(deps: Deps, token: Token): Promise<SelfView> {
  const workspace = await deps.workspaces.get(token.workspaceId);
  if (workspace === null) throw new GatewayError("unauthorized", "Refused: no workspace any more");

  const installs = await deps.installs.listByWorkspace(workspace.id);
  const servers = await deps.servers.getMany(installs.map(({ serverId }) => serverId));
  const member = memberKeyOf(token);
  const shown = await Promise.all(servers.map(async (server) => ({
    slug: server.slug,
    name: server.name,
    secrets: await secretsOf(deps, server, member),
  })));

  return {
    name: token.name,
    email: token.email,
    workspace: { slug: workspace.slug, name: workspace.name },
    logsArguments: workspace.logArguments !== null,
    page: pageOf(deps.config.publicUrl),
    servers: shown.filter(({ secrets }) => secrets.length > 0)
      .sort((a, b) => a.slug < b.slug ? -1 : 1),
  };
}

async function secretsOf(
  { secrets, memberSecrets }: Deps,
  { id }: Server,
  member: MemberKey,
): Promise<OwnSecretView[]> {
  const perMember = (await secrets.list(id)).filter((secret) => secret.perMember);
  const own = await memberSecrets.findMany(id, perMember.map((secret) => secret.id), member);
  return perMember.map((secret) => ({
    name: secret.name,
    isSet: own.has(secret.id),
    setAt: own.get(secret.id)?.setAt ?? null,
    hasShared: secret.sealed !== null,
  }));
}
