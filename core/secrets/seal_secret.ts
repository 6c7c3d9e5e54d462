import { GatewayError } from "../errors.ts";
import type { Keyring } from "./keyring.ts";
import { Plaintext } from "./plaintext.ts";
import { open, seal, type SealContext, type Sealed } from "./seal.ts";
import type { SealedSecret } from "./secret.ts";

/** Which value of which secret of which server. */
export type SecretPlace = Pick<SealedSecret, "serverId" | "name" | "version">;

/** Seals a value for one place; the ciphertext opens nowhere else. */
export function sealSecret(
  keyring: Keyring,
  place: SecretPlace,
  value: string,
): Promise<Sealed> {
  return seal(keyring, secretContext(place), value);
}

/**
 * Opens a stored secret.
 *
 * Throws `internal`, naming the place and the key, when that master key is not
 * loaded, the ciphertext was made for another place, or there is none.
 */
export async function openSecret(
  keyring: Keyring,
  secret: SecretPlace & { sealed: Sealed | null },
): Promise<Plaintext> {
  const { serverId, name, version, sealed } = secret;
  const what = `Cannot open secret "${name}" (version ${version}) of "${serverId}"`;
  if (sealed === null) throw new GatewayError("internal", `${what}: it has no shared value`);
  if (!keyring.has(sealed.keyId)) {
    throw new GatewayError(
      "internal",
      `${what}: master key "${sealed.keyId}" is not loaded`,
    );
  }

  const value = await open(keyring, secretContext(secret), sealed);
  if (value === null) {
    throw new GatewayError(
      "internal",
      `${what}: it was not sealed for this place`,
    );
  }

  return new Plaintext(value);
}

/** One derived key per server; the binding names the server, the secret and the version. */
export function secretContext({ serverId, name, version }: SecretPlace): SealContext {
  return {
    purpose: `aerostack secrets of ${serverId}`,
    boundTo: ["secret", serverId, name, version],
  };
}
