import { storedBytes } from "../kv/stored_bytes.ts";
import type { AuditChange } from "./audit_entry.ts";
import { canonicalJson, type Json } from "./canonical_json.ts";
import { createHash } from "node:crypto";

/** As much of an entry's changes is kept whole; the rest of its 64 KiB is for what stands around. */
const MAX_BYTES = 48 * 1024;

/** As many characters are shown of all values together where they are cut. */
const SHOWN_CHARS = 12_000;

/**
 * The changes of an entry, short enough for one stored value, whatever the log has to say.
 *
 * A value that is cut says how long it was, and its hash, so that two of them can be told
 * apart.
 */
export function fittingChanges(
  changes: Record<string, AuditChange>,
): Record<string, AuditChange> {
  if (storedBytes(changes) <= MAX_BYTES) return changes;

  const chars = Math.floor(SHOWN_CHARS / (2 * Object.keys(changes).length));
  const cut = Object.entries(changes).map(([field, { before, after }]) => {
    return [field, { before: cutTo(chars, before), after: cutTo(chars, after) }];
  });
  return Object.fromEntries(cut);
}

function cutTo(chars: number, value: Json): Json {
  const text = canonicalJson(value);
  if (text.length <= chars) return value;
  const hash = createHash("sha256").update(text).digest("hex");
  const shown = text.slice(0, chars).toWellFormed();
  return `${shown}… [cut: ${text.length} characters, SHA-256 ${hash}]`;
}
