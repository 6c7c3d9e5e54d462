import { refusal } from "../errors.ts";
import { findServer, noServer } from "../servers/find_server.ts";
import type { Server } from "../servers/server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { checkInjection } from "./injection_rule.ts";
import type { Keyring } from "./keyring.ts";
import { sealSecret } from "./seal_secret.ts";
import type { InjectionRule, SealedSecret, SecretInput, SecretName } from "./secret.ts";
import type { SecretStore } from "./secret_store.ts";

interface Deps {
  servers: ServerStore;
  secrets: SecretStore;
  keyring: Keyring;
  now: () => Date;
}

/** The most secrets that one server has. */
export const MAX_SECRETS_PER_SERVER = 20;

/**
 * Stores a value under a name, new or in place of the earlier value.
 *
 * Without a rule the earlier rule stays; a new secret becomes a header of its
 * own name. Version 1 means that the name was free. Throws `not_found`,
 * `invalid_input`, `conflict` and `limit_reached`.
 */
export async function setSecret(
  deps: Deps,
  slug: string,
  name: SecretName,
  input: SecretInput,
): Promise<SealedSecret> {
  const server = await findServer(deps, slug);
  const stored = await deps.secrets.put(
    server.id,
    (existing) => nextSecret(deps, server, name, input, existing),
  );
  if (stored === null) throw noServer(slug);
  return stored;
}

async function nextSecret(
  { keyring, now }: Deps,
  server: Server,
  name: SecretName,
  { value, injection }: SecretInput,
  existing: readonly SealedSecret[],
): Promise<SealedSecret> {
  const current = existing.find((secret) => secret.name === name);
  const others = existing.filter((secret) => secret !== current);
  if (others.length >= MAX_SECRETS_PER_SERVER) throw full(server.slug);

  const rule = injection ?? current?.injection ?? headerNamed(name);
  const ruleField = injection === undefined ? "name" : "injection.name";
  checkInjection({
    rule,
    value,
    others,
    forwarded: server.forwardHeaders,
    fields: { name: ruleField, value: "value" },
  });

  const version = (current?.version ?? 0) + 1;
  const place = { serverId: server.id, name, version };
  const at = now().toISOString();
  return {
    ...place,
    injection: rule,
    ...await sealSecret(keyring, place, value),
    createdAt: current?.createdAt ?? at,
    updatedAt: at,
  };
}

function headerNamed(name: SecretName): InjectionRule {
  return { kind: "header", name };
}

function full(slug: string): Error {
  return refusal(
    "limit_reached",
    `Server "${slug}" has ${MAX_SECRETS_PER_SERVER} secrets, the most that one can have; ` +
      "remove one that is not needed.",
  );
}
