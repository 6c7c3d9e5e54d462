import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { randomText, WorkspaceId } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { open, seal, type SealContext } from "../secrets/seal.ts";
import { ArgumentSeal, KEY_BYTES } from "./argument_seal.ts";

/** The key that all kept arguments of a workspace are sealed with, sealed itself. */
export const ArgumentKey = z.object({
  workspaceId: WorkspaceId,
  /** Another one after a purge: what an earlier key sealed says so. */
  id: z.string().regex(/^ark_[0-9a-z]{20}$/),
  createdAt: z.iso.datetime(),
  sealed: z.object({ keyId: z.string(), nonce: z.string(), ciphertext: z.string() }),
});
export type ArgumentKey = z.infer<typeof ArgumentKey>;

/** A fresh key for a workspace, under the first master key. */
export async function newArgumentKey(
  keyring: Keyring,
  workspaceId: WorkspaceId,
  now: Date,
): Promise<ArgumentKey> {
  const id = `ark_${randomText(20, "0123456789abcdefghijklmnopqrstuvwxyz")}`;
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const sealed = await seal(keyring, argumentKeyContext({ workspaceId, id }), bytes.toBase64());
  return { workspaceId, id, createdAt: now.toISOString(), sealed };
}

/** Opens a key. Throws `internal` when its master key is not loaded, or it is another's. */
export async function openArgumentKey(keyring: Keyring, key: ArgumentKey): Promise<ArgumentSeal> {
  const text = await open(keyring, argumentKeyContext(key), key.sealed);
  if (text !== null) return new ArgumentSeal(key, Uint8Array.fromBase64(text));
  throw new GatewayError(
    "internal",
    `Cannot open the key of arguments "${key.id}" with the master key "${key.sealed.keyId}"`,
  );
}

/** What a key is bound to: its workspace and its id. */
export function argumentKeyContext(
  { workspaceId, id }: Pick<ArgumentKey, "workspaceId" | "id">,
): SealContext {
  return {
    purpose: `aerostack arguments of ${workspaceId}`,
    boundTo: ["argument_key", workspaceId, id],
  };
}
