import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { newSecretId } from "../ids.ts";
import type { MemberSecretStore } from "../members/member_secret_store.ts";
import { findServer, noServer } from "../servers/find_server.ts";
import type { Server } from "../servers/server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { isScannable } from "./echo_forms.ts";
import { checkRules, plainRules } from "./injection_rule.ts";
import type { Keyring } from "./keyring.ts";
import { sealSecret } from "./seal_secret.ts";
import type { SealedSecret, SecretInput, SecretName } from "./secret.ts";
import type { SecretStore } from "./secret_store.ts";

interface Deps {
  servers: ServerStore;
  secrets: SecretStore;
  memberSecrets: MemberSecretStore;
  keyring: Keyring;
  now: () => Date;
}

/** The most secrets that one server has. */
export const MAX_SECRETS_PER_SERVER = 20;

/**
 * Stores a value under a name, new or in place of the earlier value.
 *
 * Without rules the earlier ones stay; a new secret becomes a header of its own name. A
 * secret that is said to be per-member may come without a value, and has none then; one that
 * is said to be none any more forgets what members had set. Version
 * 1 means that the name was free. Throws `not_found`, `invalid_input`, `conflict` and
 * `limit_reached`.
 */
export async function setSecret(
  deps: Deps,
  by: Actor,
  slug: string,
  name: SecretName,
  input: SecretInput,
): Promise<SealedSecret> {
  const server = await findServer(deps, slug);
  const stored = await deps.secrets.put(
    by,
    "secret.set",
    server.id,
    (existing) => nextSecret(deps, by, server, name, input, existing),
  );
  if (stored === null) throw noServer(slug);
  // Nothing is sent of what members had set, and nobody but them can give it back.
  if (input.perMember === false) await deps.memberSecrets.clear(server.id, stored.id);
  return stored;
}

async function nextSecret(
  { keyring, now }: Deps,
  by: Actor,
  server: Server,
  name: SecretName,
  input: SecretInput,
  existing: readonly SealedSecret[],
): Promise<SealedSecret> {
  const current = existing.find((secret) => secret.name === name);
  const others = existing.filter((secret) => secret !== current);
  if (others.length >= MAX_SECRETS_PER_SERVER) throw full(server.slug);

  const { value = null } = input;
  const rules = plainRules(input.rules ?? current?.rules ?? [{ kind: "header", name }]);
  checkRules({
    rules,
    value,
    others,
    forwarded: server.forwardHeaders,
    fields: {
      rules: (at) => input.rules === undefined ? "name" : `rules.${at}`,
      value: "value",
    },
  });

  const version = (current?.version ?? 0) + 1;
  const place = { serverId: server.id, name, version };
  const at = now().toISOString();
  return {
    ...place,
    id: current?.id ?? newSecretId(),
    rules,
    perMember: input.perMember ?? current?.perMember ?? false,
    sealed: value === null ? null : await sealSecret(keyring, place, value),
    isScanned: value === null ? null : isScannable(value),
    createdAt: current?.createdAt ?? at,
    setAt: at,
    setBy: by.name,
    updatedAt: at,
  };
}

function full(slug: string): Error {
  return refusal(
    "limit_reached",
    `Server "${slug}" has ${MAX_SECRETS_PER_SERVER} secrets, the most that one can have; ` +
      "remove one that is not needed.",
  );
}
