import { createHash } from "node:crypto";
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

export const AdminSessionId = idSchema("ses", "AdminSessionId");
/** Identifies a sign-in to the dashboard; it is no secret and opens nothing. */
export type AdminSessionId = z.infer<typeof AdminSessionId>;

export const SecretId = idSchema("sec", "SecretId");
/** Identifies a secret from when its name was taken; it is no secret itself. */
export type SecretId = z.infer<typeof SecretId>;

export const SinkId = idSchema("snk", "SinkId");
/** Identifies a sink, to which the log is sent. */
export type SinkId = z.infer<typeof SinkId>;

export const WebhookId = idSchema("whk", "WebhookId");
/** Identifies a place that alerts are sent to. */
export type WebhookId = z.infer<typeof WebhookId>;

export const DeliveryId = idSchema("dlv", "DeliveryId");
/** Identifies an alert on its way to one webhook; in the order of time. */
export type DeliveryId = z.infer<typeof DeliveryId>;

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

/** The same token id for the same text, and another one for every other text. */
export function tokenIdFrom(text: string): TokenId {
  const digest = createHash("sha256").update(text).digest("hex");
  const digits = BigInt(`0x${digest}`).toString(36).padStart(LENGTH, "0");
  return TokenId.parse(`tok_${digits.slice(-LENGTH)}`);
}

/** A fresh admin token id. */
export function newAdminTokenId(): AdminTokenId {
  return AdminTokenId.parse(`adm_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh id of a sign-in. */
export function newAdminSessionId(): AdminSessionId {
  return AdminSessionId.parse(`ses_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh secret id. */
export function newSecretId(): SecretId {
  return SecretId.parse(`sec_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh sink id. */
export function newSinkId(): SinkId {
  return SinkId.parse(`snk_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh webhook id. */
export function newWebhookId(): WebhookId {
  return WebhookId.parse(`whk_${randomText(LENGTH, ALPHABET)}`);
}

/** A fresh id of a delivery; it begins with the time, so that ids sort by it. */
export function newDeliveryId(now: Date): DeliveryId {
  const time = now.getTime().toString(36).padStart(TIME_LENGTH, "0");
  return DeliveryId.parse(`dlv_${time}${randomText(LENGTH - TIME_LENGTH, ALPHABET)}`);
}

/** Enough for milliseconds until the year 5188. */
const TIME_LENGTH = 9;

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
