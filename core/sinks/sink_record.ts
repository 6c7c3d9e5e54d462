import type { AuditEntryView } from "../audit/audit_entry.ts";
import type { Call } from "../calls/call.ts";
import type { Event } from "../events/event.ts";
import type { WorkspaceId } from "../ids.ts";

/** A call as it is sent to a sink; `null` for what cannot be read, in place of all of its commit. */
export interface CallRecord {
  type: "call";
  /** Its place in the log; the same each time that it is sent. */
  id: string;
  workspaceId: WorkspaceId;
  /** The workspace's slug; `null` when it was removed. */
  workspace: string | null;
  call: Call | null;
}

/** An entry of the audit log; `null` for one that cannot be read. */
export interface AuditRecord {
  type: "audit";
  id: string;
  entry: AuditEntryView | null;
}

/** What a server did that an admin should see. */
export interface EventRecord {
  type: "event";
  id: string;
  event: Event;
}

/** What is sent to a sink. */
export type SinkRecord = CallRecord | AuditRecord | EventRecord;

/** Turns records into one body of a request. */
export interface SinkFormat {
  contentType: string;
  /** One record as text. */
  encode(record: SinkRecord): string;
  /** A whole body of records that were encoded. */
  body(encoded: readonly string[]): string;
  /** A record that says that it is only a test. */
  test(at: Date): string;
}
