import type { AuditChange } from "./audit_entry.ts";
import type { Json } from "./canonical_json.ts";

/** What became of a field, in words: how it is now, with how it was before it. */
export function changeInWords({ before, after }: AuditChange): string {
  const now = inWords(after);
  return before === null ? now : `${inWords(before)} → ${now}`;
}

/** A stored value for people: texts as they are, fields without a value left out. */
function inWords(value: Json): string {
  if (Array.isArray(value)) return listed(value.map(inWords));
  if (typeof value !== "object" || value === null) return String(value ?? "none");

  const filled = Object.entries(value).filter(([, field]) => !isEmpty(field));
  return listed(filled.map(([name, field]) => `${name} ${inWords(field)}`));
}

function listed(parts: readonly string[]): string {
  return parts.length === 0 ? "none" : parts.join(", ");
}

function isEmpty(value: Json): boolean {
  return value === null || value === false ||
    typeof value === "object" && inWords(value) === "none";
}
