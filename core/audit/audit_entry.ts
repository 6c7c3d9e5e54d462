import { createHash } from "node:crypto";
import { z } from "zod";
import { Actor } from "./actor.ts";
import { canonicalJson, type Json } from "./canonical_json.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What became of one field: how it was, and how it is; `null` where there was or is none. */
export const AuditChange = z.strictObject({ before: z.json(), after: z.json() });
export type AuditChange = z.infer<typeof AuditChange>;

/** What somebody did, before it has its place in the log. */
export interface AuditDraft {
  /** Noun and verb: `token.revoke`. */
  action: string;
  /** Ids and slugs of what it was done to. */
  subject: Record<string, string>;
  /** What changed; never a secret, its length, or a part of it. */
  changes?: Record<string, AuditChange>;
}

/** One entry of the audit log. */
export const AuditEntry = z.strictObject({
  /** Its place: 1, 2, 3 …, without a gap. */
  seq: z.number().int().min(1),
  at: z.iso.datetime(),
  actor: Actor,
  action: z.string(),
  subject: z.record(z.string(), z.string()),
  changes: z.record(z.string(), AuditChange),
  /** Whether the log's end was missing or not ours when this was written. */
  afterGap: z.boolean(),
  /** The hash of the entry before it; zeros for the first. */
  previousHash: Hash,
  /** Which master key the seal is made with. */
  keyId: z.string(),
  /** SHA-256 over all of the above, as JSON with its names in order. */
  hash: Hash,
  /** HMAC-SHA256 of the hash, under a key derived from that master key. */
  seal: Hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Where the audit log ends. */
export const AuditHead = z.strictObject({
  seq: z.number().int().min(1),
  hash: Hash,
  keyId: z.string(),
  /** HMAC-SHA256 of place and hash, under a key derived for this alone. */
  seal: Hash,
});
export type AuditHead = z.infer<typeof AuditHead>;

/** An entry as the API and the dashboard show it. */
export const AuditEntryView = AuditEntry.omit({ seal: true, keyId: true, afterGap: true });
export type AuditEntryView = z.infer<typeof AuditEntryView>;

/** The hash that the first entry follows. */
export const FIRST_PREVIOUS_HASH = "0".repeat(64);

/** How much is kept of a text, and of a list. */
const LIMITS = { chars: 2_000, items: 50 };
const WHOLE = { chars: Infinity, items: Infinity };

/** The hash of an entry's content. */
export function hashOf({ hash: _, seal: __, ...content }: AuditEntry): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}

/**
 * What differs between two records, among the fields that are named.
 *
 * Values are cut, unless what differs lies where they would be.
 */
export function changesBetween<Item extends object>(
  before: Item | null,
  after: Item | null,
  fields: readonly (keyof Item & string)[],
): Record<string, AuditChange> {
  const changes: Record<string, AuditChange> = {};
  for (const field of fields) {
    const [old, now] = [before?.[field], after?.[field]];
    const cut = { before: toJson(old, LIMITS), after: toJson(now, LIMITS) };
    const whole = { before: toJson(old), after: toJson(now) };
    if (differ(cut)) changes[field] = cut;
    else if (differ(whole)) changes[field] = whole;
  }
  return changes;
}

function differ({ before, after }: AuditChange): boolean {
  return canonicalJson(before) !== canonicalJson(after);
}

/** What differs between two records, but for the fields that are named. */
export function changesExcept<Item extends object>(
  before: Item | null,
  after: Item | null,
  fields: readonly string[],
): Record<string, AuditChange> {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const field of fields) names.delete(field);
  return changesBetween(before, after, [...names] as (keyof Item & string)[]);
}

/** A value as JSON, with what is too long cut off. */
function toJson(value: unknown, limits = WHOLE): Json {
  const { chars, items } = limits;
  if (typeof value === "string") return value.length > chars ? `${value.slice(0, chars)}…` : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) {
    const shown = value.slice(0, items).map((item) => toJson(item, limits));
    const rest = value.length - items;
    return rest > 0 ? [...shown, `… and ${rest} more`] : shown;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, toJson(part, limits)]),
  );
}

/** An entry without what only its verification needs. */
export function viewAuditEntry(
  { seal: _, keyId: __, afterGap: ___, ...view }: AuditEntry,
): AuditEntryView {
  return view;
}
