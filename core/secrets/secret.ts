import { z } from "zod";
import { ServerId } from "../ids.ts";

/** How a secret reaches its server. */
export const InjectionRule = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("header"), name: z.string() }),
  z.strictObject({ kind: z.literal("query"), name: z.string() }),
]);
export type InjectionRule = z.infer<typeof InjectionRule>;

/** The name of a secret; unless a rule says otherwise, also its header's name. */
export const SecretName = z.string().regex(
  /^[A-Za-z0-9_-]{1,64}$/,
  'must have 1 to 64 characters: letters, digits, "_" and "-"',
);
export type SecretName = z.infer<typeof SecretName>;

/** What an admin says to set a secret. */
export const SecretInput = z.strictObject({
  value: z.string().min(1, "must not be empty").max(
    8192,
    "must have at most 8192 characters",
  ),
  injection: InjectionRule.optional(),
});
export type SecretInput = z.infer<typeof SecretInput>;

/** The name of a secret as a path gives it. */
export const SecretPath = z.object({ name: SecretName });
export type SecretPath = z.infer<typeof SecretPath>;

/** What an admin says to change how a stored secret reaches its server. */
export const InjectionChange = z.strictObject({ injection: InjectionRule });
export type InjectionChange = z.infer<typeof InjectionChange>;

/** A secret at rest. Binary fields are base64url. */
export const SealedSecret = z.object({
  serverId: ServerId,
  name: SecretName,
  /** Counts up with every new value; part of what the ciphertext is bound to. */
  version: z.number().int().min(1),
  injection: InjectionRule,
  /** Which master key sealed it. */
  keyId: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type SealedSecret = z.infer<typeof SealedSecret>;

/** A secret as the API and the dashboard show it: never its value. */
export const SecretView = z.object({
  name: SecretName,
  version: z.number().int(),
  injection: InjectionRule,
  keyId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Said about a value or rule that is allowed but may surprise. */
  warnings: z.array(z.string()),
});
export type SecretView = z.infer<typeof SecretView>;
