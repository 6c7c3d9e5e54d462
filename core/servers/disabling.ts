import { z } from "zod";
import { GatewayError } from "../errors.ts";

/** Why nobody may call a server: an admin said so, or it sent back a secret. */
export const DisablingReason = z.enum(["admin", "leak"]);
export type DisablingReason = z.infer<typeof DisablingReason>;

/** That a server may not be called, since when, why, and who said so. */
export const Disabling = z.object({
  at: z.iso.datetime(),
  reason: DisablingReason,
  by: z.string(),
});
export type Disabling = z.infer<typeof Disabling>;

/** The error that members get who call a disabled server which is installed for them. */
export function disabledError(
  { slug, disabled }: { slug: string; disabled: Disabling },
): GatewayError {
  const sentence = disabled.reason === "admin"
    ? `Server "${slug}" is disabled by an admin.`
    : `Server "${slug}" is blocked because it sent back a secret; an admin can enable it again.`;
  return new GatewayError("server_disabled", sentence, { publicMessage: sentence });
}
