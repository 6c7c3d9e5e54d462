import { z } from "zod";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH = 20;

/** A schema for ids that carry their kind as a prefix: `srv_…`, `ws_…`. */
function idSchema<Brand extends string>(prefix: string, _brand: Brand) {
  return z.string().regex(
    new RegExp(`^${prefix}_[0-9a-z]{${LENGTH}}$`),
    `must be an id that starts with "${prefix}_"`,
  ).brand<Brand>();
}

export const ServerId = idSchema("srv", "ServerId");
/** Identifies a server for good, whatever its slug becomes. */
export type ServerId = z.infer<typeof ServerId>;

export const WorkspaceId = idSchema("ws", "WorkspaceId");
/** Identifies a workspace for good, whatever its slug becomes. */
export type WorkspaceId = z.infer<typeof WorkspaceId>;

export const TokenId = idSchema("tok", "TokenId");
/** Identifies a member's token; it is no secret and opens nothing. */
export type TokenId = z.infer<typeof TokenId>;

export const AdminTokenId = idSchema("adm", "AdminTokenId");
/** Identifies an admin's `aat_…` token; it is no secret and opens nothing. */
export type AdminTokenId = z.infer<typeof AdminTokenId>;

/** A fresh server id. */
export function newServerId(): ServerId {
  return ServerId.parse(`srv_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh workspace id. */
export function newWorkspaceId(): WorkspaceId {
  return WorkspaceId.parse(`ws_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh token id. */
export function newTokenId(): TokenId {
  return TokenId.parse(`tok_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh admin token id. */
export function newAdminTokenId(): AdminTokenId {
  return AdminTokenId.parse(`adm_${randomText(LENGTH, ALPHABET)}`);
}

/**
 * Uniformly random text over an alphabet of at most 256 characters.
 *
 * Bytes past the last whole multiple of the alphabet's length are thrown away,
 * so that no character is more likely than another.
 */
export function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";

  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte >= limit) continue;
      text += alphabet[byte % alphabet.length];
      if (text.length === length) break;
    }
  }

  return text;
}
