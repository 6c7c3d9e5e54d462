import type { SecretId, ServerId, WorkspaceId } from "../ids.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { MemberKey } from "./member_key.ts";
import type { MemberSecretStore } from "./member_secret_store.ts";

/** A secret that each member of a workspace sets. */
export interface WantedSecret {
  serverId: ServerId;
  secretId: SecretId;
  /** The server's slug. */
  server: string;
  name: string;
  /** Whether a shared value stands in for one that is not set. */
  hasShared: boolean;
}

/** Such a secret of one member. */
export interface OwnState extends WantedSecret {
  isSet: boolean;
}

interface Deps {
  installs: InstallStore;
  servers: ServerStore;
  secrets: SecretStore;
  memberSecrets: MemberSecretStore;
}

/** Which secrets the servers of a workspace want of each member, by server and name. */
export async function readWantedSecrets(
  deps: Omit<Deps, "memberSecrets">,
  workspaceId: WorkspaceId,
): Promise<WantedSecret[]> {
  const installs = await deps.installs.listByWorkspace(workspaceId);
  const servers = await deps.servers.getMany(installs.map(({ serverId }) => serverId));
  servers.sort((a, b) => a.slug < b.slug ? -1 : 1);

  const wanted = await Promise.all(servers.map(async ({ id, slug }) => {
    const secrets = (await deps.secrets.list(id)).filter(({ perMember }) => perMember);
    return secrets.map((secret): WantedSecret => ({
      serverId: id,
      secretId: secret.id,
      server: slug,
      name: secret.name,
      hasShared: secret.sealed !== null,
    }));
  }));
  return wanted.flat();
}

/** Which of these secrets each of these members has set. */
export async function readOwnStates(
  { memberSecrets }: Pick<Deps, "memberSecrets">,
  wanted: readonly WantedSecret[],
  members: readonly MemberKey[],
): Promise<Map<MemberKey, OwnState[]>> {
  const places = members.flatMap((member) =>
    wanted.map(({ serverId, secretId }) => ({ serverId, secretId, member }))
  );
  const areSet = await memberSecrets.areSet(places);
  return new Map(members.map((member, row) => {
    const states = wanted.map((secret, column) => {
      return { ...secret, isSet: areSet[row * wanted.length + column] };
    });
    return [member, states];
  }));
}
