import { findServer, noServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { checkInjection } from "./injection_rule.ts";
import type { Keyring } from "./keyring.ts";
import { noSecret } from "./no_secret.ts";
import { openSecret } from "./seal_secret.ts";
import type { InjectionRule, SealedSecret } from "./secret.ts";
import type { SecretStore } from "./secret_store.ts";

/**
 * Changes how a stored secret reaches its server; the value and its version stay.
 *
 * Throws `not_found`, `invalid_input` when the rule or the stored value does not
 * fit, and `conflict`.
 */
export async function injectSecret(
  deps: {
    servers: ServerStore;
    secrets: SecretStore;
    keyring: Keyring;
    now: () => Date;
  },
  slug: string,
  name: string,
  rule: InjectionRule,
): Promise<SealedSecret> {
  const server = await findServer(deps, slug);

  const stored = await deps.secrets.put(server.id, async (existing) => {
    const current = existing.find((secret) => secret.name === name);
    if (current === undefined) throw noSecret(slug, name);

    const value = await openSecret(deps.keyring, current);
    checkInjection({
      rule,
      value: value.reveal(),
      others: existing.filter((secret) => secret !== current),
      forwarded: server.forwardHeaders,
      fields: { name: "injection.name", value: "injection" },
    });
    return { ...current, injection: rule, updatedAt: deps.now().toISOString() };
  });

  if (stored === null) throw noServer(slug);
  return stored;
}
