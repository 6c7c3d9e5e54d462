import { injectionWarnings } from "./injection_rule.ts";
import type { SealedSecret, SecretView } from "./secret.ts";

/** A secret as it may be shown: never its value, never its ciphertext. */
export function viewSecret(secret: SealedSecret): SecretView {
  return {
    name: secret.name,
    version: secret.version,
    injection: secret.injection,
    keyId: secret.keyId,
    createdAt: secret.createdAt,
    updatedAt: secret.updatedAt,
    warnings: injectionWarnings(secret.injection),
  };
}
