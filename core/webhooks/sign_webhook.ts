import { createHmac } from "node:crypto";
import type { Plaintext } from "../secrets/plaintext.ts";

/** What is signed: the headers that say which message it is and when it is sent, and the body. */
export interface Signable {
  /** Without a dot, which separates the three. */
  id: string;
  timestampSeconds: number;
  body: string;
}

/**
 * The headers of Standard Webhooks for a message, with a signature by each secret, so that
 * a receiver may know one of them only.
 */
export function signedHeaders(
  { id, timestampSeconds, body }: Signable,
  secrets: readonly Plaintext[],
): Record<string, string> {
  const content = `${id}.${timestampSeconds}.${body}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampSeconds),
    "webhook-signature": secrets.map((secret) => `v1,${signatureOf(content, secret)}`).join(" "),
  };
}

function signatureOf(content: string, secret: Plaintext): string {
  const key = Uint8Array.fromBase64(secret.reveal().replace(/^whsec_/, ""));
  return createHmac("sha256", key).update(content).digest("base64");
}
