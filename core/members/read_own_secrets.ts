import type { SecretStore } from "../secrets/secret_store.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { memberEmail } from "./member.ts";
import { memberKeyOf } from "./member_key.ts";
import type { MemberSecretStore } from "./member_secret_store.ts";

/** A secret that a member has set, as an admin sees it: nothing of the value. */
export interface SetSecret {
  /** The server's slug. */
  server: string;
  serverName: string;
  name: string;
}

interface Deps {
  memberSecrets: MemberSecretStore;
  servers: ServerStore;
  secrets: SecretStore;
}

/** Which secrets of their own a person has set, by server and name. */
export async function readOwnSecrets(deps: Deps, email: string): Promise<SetSecret[]> {
  const member = memberKeyOf({ id: "", email: memberEmail(email) });
  const places = await deps.memberSecrets.listOwn(member);
  const servers = await deps.servers.getMany([...new Set(places.map(({ serverId }) => serverId))]);

  const found = await Promise.all(servers.map(async ({ id, slug, name: serverName }) => {
    const own = new Set(places.filter(({ serverId }) => serverId === id).map((p) => p.secretId));
    const secrets = (await deps.secrets.list(id)).filter((secret) => own.has(secret.id));
    return secrets.map(({ name }) => ({ server: slug, serverName, name }));
  }));
  return found.flat().sort((a, b) => order(a.server, b.server) || order(a.name, b.name));
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
