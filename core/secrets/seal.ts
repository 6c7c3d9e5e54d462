import type { Keyring } from "./keyring.ts";

/** A text under AES-GCM 256. Binary fields are base64url. */
export interface Sealed {
  /** Which master key sealed it. */
  keyId: string;
  nonce: string;
  ciphertext: string;
}

/** What a ciphertext is for, and what it is bound to. */
export interface SealContext {
  /** Selects the derived key. */
  purpose: string;
  /** Authenticated with the ciphertext; it opens only where these are the same. */
  boundTo: readonly (string | number)[];
}

/** 96 bits, the size that AES-GCM is made for. */
const NONCE_BYTES = 12;

/** Seals a text under the first master key, with a nonce of its own. */
export async function seal(
  keyring: Keyring,
  context: SealContext,
  text: string,
): Promise<Sealed> {
  const keyId = keyring.primaryId;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await importKey(keyring, keyId, context, "encrypt");

  const ciphertext = await crypto.subtle.encrypt(
    gcm(nonce, context),
    key,
    new TextEncoder().encode(text),
  );

  return {
    keyId,
    nonce: nonce.toBase64({ alphabet: "base64url" }),
    ciphertext: new Uint8Array(ciphertext).toBase64({ alphabet: "base64url" }),
  };
}

/** Opens what {@linkcode seal} gave; `null` when key, binding or bytes differ. */
export async function open(
  keyring: Keyring,
  context: SealContext,
  sealed: Sealed,
): Promise<string | null> {
  try {
    const key = await importKey(keyring, sealed.keyId, context, "decrypt");
    const nonce = decode(sealed.nonce);
    const ciphertext = decode(sealed.ciphertext);
    const text = await crypto.subtle.decrypt(
      gcm(nonce, context),
      key,
      ciphertext,
    );
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(text);
  } catch {
    return null;
  }
}

/** Takes one text for each value: a decoder would pass over spaces and spare bits. */
function decode(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(text)) throw new SyntaxError("not base64url");
  return Uint8Array.fromBase64(text, { alphabet: "base64url", lastChunkHandling: "strict" });
}

async function importKey(
  keyring: Keyring,
  keyId: string,
  context: SealContext,
  use: "encrypt" | "decrypt",
): Promise<CryptoKey> {
  const bytes = await keyring.derive(keyId, context.purpose);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [use]);
}

/** A JSON array keeps `["a", "bc"]` and `["ab", "c"]` apart. */
function gcm(
  nonce: Uint8Array<ArrayBuffer>,
  { boundTo }: SealContext,
): AesGcmParams {
  const additionalData = new TextEncoder().encode(JSON.stringify(boundTo));
  return { name: "AES-GCM", iv: nonce, additionalData };
}
