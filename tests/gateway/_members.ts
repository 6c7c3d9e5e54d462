import assert from "node:assert/strict";
import { removeMemberSecret, setMemberSecret } from "../../core/members/set_member_secret.ts";
import { setSecret } from "../../core/secrets/set_secret.ts";
import type { SecretInput } from "../../core/secrets/secret.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import type { Token } from "../../core/tokens/token.ts";
import { hashToken } from "../../core/tokens/token_text.ts";
import { AN_ADMIN } from "../_support/core.ts";
import type { World } from "./_world.ts";

/** A member with a token of `team`, who can set what is theirs. */
export interface Member {
  token: string;
  /** Sets a value of their own; at another process, if one is given. */
  set(name: string, value: string, at?: World): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Gives a person a token; `slug` is the server whose secrets they set. */
export async function addMember(
  world: World,
  slug: string,
  { name, email, workspace = "team" }: { name: string; email?: string; workspace?: string },
): Promise<Member> {
  const input = { name, email };
  const { token: text } = await createToken(world.services, AN_ADMIN, workspace, input);
  const token = await tokenOf(world, text);
  const ref = (secret: string) => ({ token, via: "api" as const, server: slug, name: secret });
  return {
    token: text,
    async set(secret, value, { services } = world) {
      await setMemberSecret(services, ref(secret), { value });
    },
    remove: (secret) => removeMemberSecret(world.services, ref(secret)),
  };
}

/** A token as it is stored. */
export async function tokenOf({ services }: World, text: string): Promise<Token> {
  const token = await services.tokens.findByHash(hashToken(text));
  assert.ok(token !== null);
  return token;
}

/** Declares a secret that each member sets, sent as `Authorization: Bearer …`. */
export async function declare(
  { services }: World,
  slug: string,
  name: string,
  input: Partial<SecretInput> = {},
): Promise<void> {
  const template = "Bearer {{value}}";
  await setSecret(services, AN_ADMIN, slug, name, {
    perMember: true,
    rules: [{ kind: "header", name: "Authorization", template }],
    ...input,
  });
}
