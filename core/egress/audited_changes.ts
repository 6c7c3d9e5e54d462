import { type AuditChange, changesExcept } from "../audit/audit_entry.ts";
import { shownUrl } from "./shown_url.ts";

/**
 * What differs between two records of where something is sent, for the audit log: of their
 * URLs what anybody may see.
 */
export function auditedChanges<Item extends { url: string }>(
  before: Item | null,
  after: Item | null,
  except: readonly string[],
): Record<string, AuditChange> {
  const { url, ...changes } = changesExcept(before, after, except);
  if (url === undefined) return changes;
  const shown = (item: Item | null) => item === null ? null : shownUrl(item.url);
  return { ...changes, url: { before: shown(before), after: shown(after) } };
}
