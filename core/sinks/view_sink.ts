import { shownUrl } from "../egress/shown_url.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { Sink, SinkStatus, SinkView } from "./sink.ts";
import { FRESH_STATE, type SinkState } from "./sink_progress.ts";
import type { SinkProgressStore } from "./sink_progress_store.ts";

/** A sink as the API shows it, with how it does. */
export async function viewSink(
  deps: { sinkProgress: SinkProgressStore; workspaces: WorkspaceStore; now: () => Date },
  sink: Sink,
): Promise<SinkView> {
  const state = await deps.sinkProgress.state(sink.id) ?? FRESH_STATE;
  const { sealed: _, headersVersion: __, ...shown } = sink;
  return {
    ...shown,
    url: shownUrl(sink.url),
    workspaces: await slugsOf(deps, sink),
    status: statusOf(sink, state),
    behindSeconds: behindSeconds(state, deps.now()),
    failure: state.failure,
    sentRecords: state.sentRecords,
    rejectedRecords: state.rejectedRecords,
    lostRecords: state.lostRecords,
    lostUncounted: state.lostUncounted,
    lastSentAt: state.lastSentAt,
  };
}

function statusOf({ enabled }: Sink, { failure, unsent }: SinkState): SinkStatus {
  if (!enabled) return "disabled";
  if (failure !== null) return "failing";
  return unsent === null ? "caught_up" : "behind";
}

/** How old the oldest record is that a sink has not got; 0 when it has all. */
export function behindSeconds({ unsent }: SinkState, now: Date): number {
  if (unsent === null) return 0;
  return Math.max(0, Math.round((now.getTime() - Date.parse(unsent.recordedAt)) / 1000));
}

/** The slugs of a sink's workspaces; of one that was removed, its id. */
async function slugsOf(
  { workspaces }: { workspaces: WorkspaceStore },
  sink: Sink,
): Promise<string[] | null> {
  if (sink.workspaces === null) return null;
  const found = await workspaces.getMany(sink.workspaces);
  return sink.workspaces.map((id) => found.find((each) => each.id === id)?.slug ?? id);
}
