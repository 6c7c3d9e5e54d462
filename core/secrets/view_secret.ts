import type { ServerId } from "../ids.ts";
import type { MemberSecretStore } from "../members/member_secret_store.ts";
import { injectionWarnings } from "./injection_rule.ts";
import type { SealedSecret, SecretView } from "./secret.ts";
import type { SecretStore } from "./secret_store.ts";

/** What views of secrets are read from. */
export interface SecretViewDeps {
  secrets: SecretStore;
  memberSecrets: MemberSecretStore;
}

/** The secrets of a server as they may be shown, by name. */
export async function viewSecrets(
  deps: SecretViewDeps,
  serverId: ServerId,
): Promise<SecretView[]> {
  const secrets = await deps.secrets.list(serverId);
  return await Promise.all(secrets.map((secret) => viewSecret(deps, secret)));
}

/** A secret as it may be shown: never its value, never its ciphertext. */
export async function viewSecret(
  { memberSecrets }: Pick<SecretViewDeps, "memberSecrets">,
  secret: SealedSecret,
): Promise<SecretView> {
  const { serverId, id, perMember } = secret;
  return {
    name: secret.name,
    version: secret.version,
    rules: secret.rules,
    perMember,
    isSet: secret.sealed !== null,
    isScanned: secret.isScanned,
    membersSet: perMember ? await memberSecrets.count(serverId, id) : 0,
    keyId: secret.sealed?.keyId ?? null,
    createdAt: secret.createdAt,
    setAt: secret.setAt,
    setBy: secret.setBy,
    updatedAt: secret.updatedAt,
    warnings: [...injectionWarnings(secret.rules), ...scanWarnings(secret)],
  };
}

function scanWarnings({ name, isScanned }: SealedSecret): string[] {
  if (isScanned !== false) return [];
  return [
    `The value of "${name}" is too short to be looked for: if its server sends it back, whoever ` +
    "calls the server sees it.",
  ];
}
