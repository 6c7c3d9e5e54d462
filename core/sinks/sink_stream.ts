import type { WorkspaceId } from "../ids.ts";
import type { SinkRecord } from "./sink_record.ts";

/** A log that is sent in its order: a workspace's calls, the audit log, or the events. */
export type StreamName = WorkspaceId | "audit" | "events";

/** Where a stream ends. */
export interface StreamEnd {
  stream: StreamName;
  /** Places of a stream are compared as texts. */
  place: string;
}

/** Records that were committed together. */
export interface StreamPack {
  place: string;
  /** When the last of them was over; ISO 8601, UTC. */
  recordedAt: string;
  /** Until when they may be shown; `null` for good. */
  expiresAt: string | null;
  records: SinkRecord[];
}

/** Where records come from. */
export interface StreamSource {
  /** The streams that there are and where they end, also of workspaces that were removed. */
  ends(): AsyncIterable<StreamEnd>;
  /** The place of a stream behind which is what was committed after a versionstamp. */
  begin(stream: StreamName, versionstamp: string): Promise<string>;
  /** What a stream has after a place, in its order. */
  after(stream: StreamName, place: string): AsyncIterable<StreamPack>;
}
