import { GatewayError } from "../errors.ts";
import type { WebhookId } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import { open, seal, type SealContext, type Sealed } from "../secrets/seal.ts";

/** Which secret of which webhook. */
export interface WebhookSecretPlace {
  webhookId: WebhookId;
  secretVersion: number;
}

/** As many as an HMAC with SHA-256 makes use of. */
const SECRET_BYTES = 32;

/** A fresh signing secret, as Standard Webhooks writes them. */
export function newWebhookSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64()}`;
}

/** Seals a signing secret for one place; the ciphertext opens nowhere else. */
export function sealWebhookSecret(
  keyring: Keyring,
  place: WebhookSecretPlace,
  secret: string,
): Promise<Sealed> {
  return seal(keyring, webhookSecretContext(place), secret);
}

/**
 * Opens a signing secret.
 *
 * Throws `internal`, naming the webhook and the key, when that master key is not loaded or the
 * ciphertext was made for another place.
 */
export async function openWebhookSecret(
  keyring: Keyring,
  { sealed, ...place }: WebhookSecretPlace & { sealed: Sealed },
): Promise<Plaintext> {
  const what = `Cannot open secret ${place.secretVersion} of webhook "${place.webhookId}"`;
  if (!keyring.has(sealed.keyId)) {
    throw new GatewayError("internal", `${what}: master key "${sealed.keyId}" is not loaded`);
  }
  const secret = await open(keyring, webhookSecretContext(place), sealed);
  if (secret !== null) return new Plaintext(secret);
  throw new GatewayError("internal", `${what}: it was not sealed for this place`);
}

/** One derived key for all webhooks; the binding names the webhook and the version. */
export function webhookSecretContext(
  { webhookId, secretVersion }: WebhookSecretPlace,
): SealContext {
  return {
    purpose: "aerostack webhooks' signing secrets",
    boundTo: ["webhook_secret", webhookId, secretVersion],
  };
}
