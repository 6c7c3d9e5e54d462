import type { CallFeed, FedPack } from "../calls/call_feed.ts";
import { retentionMs } from "../calls/retention.ts";
import type { WorkspaceId } from "../ids.ts";
import { packCursor } from "../kv/pack_cursor.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { StreamPack, StreamSource } from "./sink_stream.ts";

/** The calls of each workspace, which expire sooner where its retention says so now. */
export function callStream(
  { feed, workspaces }: { feed: CallFeed; workspaces: Pick<WorkspaceStore, "get"> },
): StreamSource {
  return {
    async *ends() {
      for await (const { workspaceId, versionstamp } of feed.ends()) {
        yield { stream: workspaceId, place: versionstamp };
      }
    },
    begin: (_, versionstamp) => Promise.resolve(versionstamp),
    async *after(stream, place) {
      if (stream === "audit" || stream === "events") return;
      const workspace = await workspaces.get(stream);
      for await (const pack of feed.after(stream, place)) yield shown(stream, workspace, pack);
    },
  };
}

function shown(workspaceId: WorkspaceId, workspace: Workspace | null, pack: FedPack): StreamPack {
  const { versionstamp, endedAt, expiresAt } = pack;
  const slug = workspace?.slug ?? null;
  return {
    place: versionstamp,
    recordedAt: endedAt,
    expiresAt: expiresAt === null ? null : shownUntil(workspace, endedAt, expiresAt),
    // One that somebody damaged must not keep those that follow from being sent.
    records: (pack.calls ?? [null]).map((call, index) => {
      const id = packCursor({ versionstamp, index });
      return { type: "call", id, workspaceId, workspace: slug, call };
    }),
  };
}

function shownUntil(workspace: Workspace | null, endedAt: string, expiresAt: string): string {
  if (workspace === null) return expiresAt;
  const end = new Date(Date.parse(endedAt) + retentionMs(workspace)).toISOString();
  return end < expiresAt ? end : expiresAt;
}
