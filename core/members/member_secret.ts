import { z } from "zod";
import { SecretId, ServerId } from "../ids.ts";
import { isLongEnough, SealedValue, SecretValue, TOO_SHORT } from "../secrets/secret.ts";
import { MemberKey } from "./member_key.ts";

/** What a member says to set a secret of their own. */
export const MemberSecretInput = z.strictObject({
  value: SecretValue,
  /** Whether it may be too short to be looked for in what its server sends back. */
  allowShort: z.boolean().optional(),
}).refine(isLongEnough, TOO_SHORT);
export type MemberSecretInput = z.infer<typeof MemberSecretInput>;

/** A member's own value of a secret, at rest. */
export const MemberSecret = z.object({
  /** Another one each time that the member sets one anew. */
  id: SecretId,
  serverId: ServerId,
  /** The secret that it is a value of. */
  secretId: SecretId,
  member: MemberKey,
  /** Counts up with every new value; part of what the ciphertext is bound to. */
  version: z.number().int().min(1),
  sealed: SealedValue,
  setAt: z.iso.datetime(),
});
export type MemberSecret = z.infer<typeof MemberSecret>;
