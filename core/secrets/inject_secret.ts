import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { findServer, noServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { checkRules, isSamePlace, plainRules, spokenPlace } from "./injection_rule.ts";
import type { Keyring } from "./keyring.ts";
import { noSecret } from "./no_secret.ts";
import { openSecret, sealSecret } from "./seal_secret.ts";
import type { InjectionChange, InjectionRule, SealedSecret } from "./secret.ts";
import type { SecretStore } from "./secret_store.ts";

/**
 * Changes how a stored secret reaches its server; the value and its version stay. It is
 * sealed anew, since the key that it is under may be on its way out.
 *
 * Its rules are replaced, added to, or taken away. Throws `not_found`, `invalid_input` when
 * a rule or the stored value does not fit, and `conflict`.
 */
export async function injectSecret(
  deps: {
    servers: ServerStore;
    secrets: SecretStore;
    keyring: Keyring;
    now: () => Date;
  },
  by: Actor,
  slug: string,
  name: string,
  change: InjectionChange,
): Promise<SealedSecret> {
  const server = await findServer(deps, slug);

  const stored = await deps.secrets.put(by, "secret.inject", server.id, async (existing) => {
    const current = existing.find((secret) => secret.name === name);
    if (current === undefined) throw noSecret(slug, name);

    const rules = changed(current, change);
    const value = current.sealed === null ? null : await openSecret(deps.keyring, current);
    const field = change.add === undefined ? "rules" : "add";
    checkRules({
      rules,
      value: value?.reveal() ?? null,
      others: existing.filter((secret) => secret !== current),
      forwarded: server.forwardHeaders,
      fields: { rules: (at) => fieldOf(change, current, at), value: field },
    });
    const sealed = value === null ? null : await sealSecret(deps.keyring, current, value.reveal());
    return { ...current, sealed, rules, updatedAt: deps.now().toISOString() };
  });

  if (stored === null) throw noServer(slug);
  return stored;
}

/** The most places where one secret goes. */
const MAX_RULES = 5;

function changed(
  { name, rules }: SealedSecret,
  { rules: instead, add, remove = [] }: InjectionChange,
): InjectionRule[] {
  if (instead !== undefined) return plainRules(instead);
  if (add !== undefined) {
    const all = [...rules, ...plainRules(add)];
    if (all.length <= MAX_RULES) return all;
    throw refusal(
      "invalid_input",
      `The secret "${name}" would have ${all.length} rules; ${MAX_RULES} are the most.`,
      "add",
    );
  }

  for (const [at, place] of remove.entries()) {
    if (rules.some((rule) => isSamePlace(rule, place))) continue;
    throw refusal(
      "invalid_input",
      `The secret "${name}" is not sent as the ${spokenPlace(place)}; it is sent as the ` +
        `${rules.map(spokenPlace).join(" and the ")}.`,
      `remove.${at}`,
    );
  }
  const kept = rules.filter((rule) => !remove.some((place) => isSamePlace(rule, place)));
  if (kept.length > 0) return kept;
  throw refusal(
    "invalid_input",
    `The secret "${name}" would not be sent at all any more; give it another rule first, or ` +
      "remove the secret.",
    "remove",
  );
}

/** Which field of a change a rule came from. */
function fieldOf({ add }: InjectionChange, { rules }: SealedSecret, at: number): string {
  return add === undefined ? `rules.${at}` : `add.${Math.max(0, at - rules.length)}`;
}
