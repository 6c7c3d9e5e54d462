import { GatewayError } from "../errors.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import { open, seal, type SealContext, type Sealed } from "../secrets/seal.ts";
import type { MemberSecret } from "./member_secret.ts";

/** Which value of which secret, and whose. */
export type MemberSecretPlace = Omit<MemberSecret, "sealed" | "setAt">;

/** Seals a member's value for one place; the ciphertext opens nowhere else. */
export function sealMemberSecret(
  keyring: Keyring,
  place: MemberSecretPlace,
  value: string,
): Promise<Sealed> {
  return seal(keyring, memberSecretContext(place), value);
}

/**
 * Opens a member's own value.
 *
 * Throws `internal`, naming the place and the key, when that master key is not loaded or
 * the ciphertext was made for another place.
 */
export async function openMemberSecret(keyring: Keyring, own: MemberSecret): Promise<Plaintext> {
  const { serverId, secretId, version, sealed } = own;
  const what = `Cannot open a member's secret "${secretId}" (version ${version}) of "${serverId}"`;
  if (!keyring.has(sealed.keyId)) {
    throw new GatewayError("internal", `${what}: master key "${sealed.keyId}" is not loaded`);
  }

  const value = await open(keyring, memberSecretContext(own), sealed);
  if (value !== null) return new Plaintext(value);
  throw new GatewayError("internal", `${what}: it was not sealed for this place`);
}

/** What a member's ciphertext is bound to: server, secret, member and version. */
export function memberSecretContext(place: MemberSecretPlace): SealContext {
  const { serverId, secretId, member, id, version } = place;
  return {
    purpose: `aerostack members' secrets of ${serverId}`,
    boundTo: ["member_secret", serverId, secretId, member, id, version],
  };
}
