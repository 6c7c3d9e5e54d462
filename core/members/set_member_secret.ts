import type { Actor } from "../audit/actor.ts";
import { GatewayError, refusal } from "../errors.ts";
import { newSecretId } from "../ids.ts";
import type { Quotas } from "../limits/quotas.ts";
import { valueProblem } from "../secrets/injection_rule.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Token } from "../tokens/token.ts";
import { memberActor } from "./member_actor.ts";
import { memberKeyOf } from "./member_key.ts";
import type { MemberSecret, MemberSecretInput } from "./member_secret.ts";
import {
  type MemberSecretStore,
  type MemberSlot,
  type MemberWish,
  noMemberSecret,
} from "./member_secret_store.ts";
import { sealMemberSecret } from "./seal_member_secret.ts";

/**
 * How often a member changes secrets of their own in a minute: each change stays in the audit
 * log, and has every workspace of its server read anew.
 */
export const MAX_CHANGES_PER_MINUTE = 60;

/** What changes of members' own secrets need. */
export interface MemberSecretDeps {
  servers: ServerStore;
  memberSecrets: MemberSecretStore;
  keyring: Keyring;
  /** Counts the changes of each member, over all processes. */
  ownChanges: Pick<Quotas, "take" | "secondsLeft">;
  now: () => Date;
}

/** Which secret a member means, and by which way they came. */
export interface MemberSecretRef {
  token: Token;
  via: Actor["via"];
  /** The server's slug. */
  server: string;
  name: string;
}

/**
 * Stores a member's own value of a secret, from their next call on, on every process.
 *
 * Throws `not_found` for what is not theirs to set, `invalid_input` for a value that the
 * secret's rules cannot send, `unauthorized` when the token has ended, `limit_reached`, and
 * `rate_limited` past 60 changes in a minute.
 */
export async function setMemberSecret(
  deps: MemberSecretDeps,
  ref: MemberSecretRef,
  { value }: MemberSecretInput,
): Promise<MemberSecret> {
  const wish = await wishOf(deps, ref);
  return await deps.memberSecrets.put(wish, (slot) => nextOf(deps, wish, slot, value));
}

/** Removes a member's own value. Throws `not_found`, `unauthorized` and `rate_limited`. */
export async function removeMemberSecret(
  deps: MemberSecretDeps,
  ref: MemberSecretRef,
): Promise<void> {
  if (await deps.memberSecrets.remove(await wishOf(deps, ref))) return;
  throw refusal(
    "not_found",
    `You have not set the secret "${ref.name}" of server "${ref.server}".`,
  );
}

async function wishOf(
  { servers, ownChanges, now }: MemberSecretDeps,
  { token, via, server: slug, name }: MemberSecretRef,
): Promise<MemberWish> {
  const isIn = await ownChanges.take(`own secrets ${memberKeyOf(token)}`, MAX_CHANGES_PER_MINUTE);
  if (!isIn) throw tooOften(ownChanges.secondsLeft);
  const server = await servers.findBySlug(slug);
  if (server === null) throw noMemberSecret(slug, name);
  return { by: memberActor(token, via), token, server, name, now: now() };
}

async function nextOf(
  { keyring }: MemberSecretDeps,
  { server, now }: MemberWish,
  { secret, member, own }: MemberSlot,
  value: string,
): Promise<MemberSecret> {
  for (const rule of secret.rules) {
    const problem = valueProblem(rule, value);
    if (problem !== null) throw refusal("invalid_input", problem, "value");
  }

  const place = {
    id: own?.id ?? newSecretId(),
    serverId: server.id,
    secretId: secret.id,
    member,
    version: (own?.version ?? 0) + 1,
  };
  const sealed = await sealMemberSecret(keyring, place, value);
  return { ...place, sealed, setAt: now.toISOString() };
}

function tooOften(retryAfterSeconds: number): GatewayError {
  const sentence = `You have changed your own secrets ${MAX_CHANGES_PER_MINUTE} times in this ` +
    `minute, the most that is allowed; try again in ${retryAfterSeconds} s.`;
  return new GatewayError("rate_limited", sentence, { publicMessage: sentence, retryAfterSeconds });
}
