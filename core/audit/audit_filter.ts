import type { AuditEntry } from "./audit_entry.ts";

/** Which entries of the audit log are wanted; what is not given does not matter. */
export interface AuditFilter {
  /** Id or name of who acted. */
  actor?: string;
  /** An action such as `token.revoke`, or its noun alone. */
  action?: string;
  /** Any id or slug of what it was done to. */
  subject?: string;
  /** The earliest time that counts, and the first that does not. */
  from?: Date;
  to?: Date;
}

/** Whether a filter leaves anything out. */
export function hasFilter(filter: AuditFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** Whether an entry is wanted. */
export function matches(
  entry: AuditEntry,
  { actor, action, subject, from, to }: AuditFilter,
): boolean {
  if (from !== undefined && entry.at < from.toISOString()) return false;
  if (to !== undefined && entry.at >= to.toISOString()) return false;
  if (actor !== undefined && entry.actor.id !== actor && entry.actor.name !== actor) return false;
  if (action !== undefined && entry.action !== action && !entry.action.startsWith(`${action}.`)) {
    return false;
  }
  return subject === undefined || Object.values(entry.subject).includes(subject);
}
