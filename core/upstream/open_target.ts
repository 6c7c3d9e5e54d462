import type { Keyring } from "../secrets/keyring.ts";
import { openSecret } from "../secrets/seal_secret.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { Server } from "../servers/server.ts";
import type { Target } from "./upstream.ts";

/** A server as an exchange needs it, with its secrets opened. */
export async function openTarget(
  { secrets, keyring }: { secrets: SecretStore; keyring: Keyring },
  server: Server,
): Promise<Target> {
  const sealed = await secrets.list(server.id);
  const injections = await Promise.all(sealed.map(async (secret) => ({
    rule: secret.injection,
    value: await openSecret(keyring, secret),
  })));
  const versions = sealed.map(({ name, version, injection }) => [name, version, injection]);

  return {
    id: server.id,
    slug: server.slug,
    url: new URL(server.externalUrl),
    injections,
    fingerprint: JSON.stringify([server.id, server.externalUrl, server.protocol, versions]),
    protocol: server.protocol,
    timeoutMs: server.timeouts.totalSeconds * 1000,
    timeouts: server.timeouts,
    maxConcurrent: server.maxConcurrent,
    forwardHeaders: server.forwardHeaders,
  };
}
