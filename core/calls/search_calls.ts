import { refusal } from "../errors.ts";
import { WorkspaceId } from "../ids.ts";
import { packCursor, placeOf } from "../kv/pack_cursor.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { CallView } from "./call.ts";
import { type CallFilter, callMatcher, jsonMatcher } from "./call_filter.ts";
import type { CallHistory, HistoryPack, HistoryPlace } from "./call_history.ts";
import { wantedCalls } from "./call_pack.ts";
import { retentionStart } from "./retention.ts";

/**
 * How long after its period the record of a call may be written that is found by it: so long
 * may a call take, or the clocks of two processes be apart. Exports look further.
 */
const MARGIN_MS = 60 * 60_000;

/** Where so many packs in a row are older than a period, the logs are. */
const OLDER_IN_A_ROW = 100;

/** How much one page looks through, however little it finds. */
const MAX_PACKS = 500;
const MAX_BYTES = 3 * 1024 * 1024;

/** For so long it looks, once it has looked through some: nobody waits for a page. */
const LOOKED_MS = 25;
const SOME_PACKS = 100;

/** A call, and the workspace that it was made in. */
export type CallIn = CallView & { workspace: string };

/** Which calls are searched for, and where. */
export interface CallSearch {
  workspaces: readonly Workspace[];
  filter: CallFilter;
  limit: number;
  /** What the page before gave; `null` for the latest calls. */
  cursor: string | null;
}

/** A page of calls, newest first. */
export interface CallsFound {
  items: CallIn[];
  nextCursor: string | null;
  /** Back to when the logs were looked through, where they were not to the end of the period. */
  lookedBackTo: string | null;
}

interface Deps {
  callHistory: CallHistory;
  now: () => Date;
  elapsedMs?: () => number;
}

/**
 * The calls of these workspaces that a filter lets through, the last one on the record first.
 *
 * A page looks through a bounded part of the logs: it may have fewer calls than it could, even
 * none, and a cursor all the same. Throws `invalid_input` for a wrong cursor.
 */
export async function searchCalls(deps: Deps, search: CallSearch): Promise<CallsFound> {
  const { workspaces, filter, limit } = search;
  const { elapsedMs = () => performance.now() } = deps;
  const beganMs = elapsedMs();
  const now = deps.now();
  const logs = new Map(
    workspaces.map((workspace) => [workspace.id, logOf(workspace, filter, now)]),
  );
  const ids = [...logs.keys()];
  const start = startOf(search.cursor);
  const upTo = start ?? await endOf(deps, ids, filter);
  const oldest = [...logs.values()].reduce((at, { from }) => from < at ? from : at, now);
  const stop = new Date(oldest.getTime() - MARGIN_MS).toISOString();
  const mayBe = jsonMatcher(filter);
  const items: CallIn[] = [];
  let [packs, bytes, older] = [0, 0, 0];
  let last: string | null = null;

  for await (const found of deps.callHistory.packsBack(ids, upTo)) {
    const { workspaceId, pack } = found;
    const isLate = packs >= SOME_PACKS && elapsedMs() - beganMs > LOOKED_MS;
    if (packs === MAX_PACKS || bytes > MAX_BYTES || isLate) {
      return { items, nextCursor: last, lookedBackTo: pack.endedAt };
    }
    packs++;
    bytes += pack.calls.length;
    older = pack.endedAt < stop ? older + 1 : 0;
    if (older === OLDER_IN_A_ROW) break;

    const log = logs.get(workspaceId);
    const before = isSame(found, start) ? start.index : Infinity;
    last = cursorOf(found, 0);
    if (log === undefined || pack.endedAt < stop) continue;
    for (const { index, call } of wantedCalls(pack, { mayBe, is: log.isWanted })) {
      if (index >= before) continue;
      if (items.length === limit) {
        return { items, nextCursor: cursorOf(found, index + 1), lookedBackTo: null };
      }
      const id = packCursor({ versionstamp: found.versionstamp, index });
      items.push({ id, ...call, workspace: log.slug });
    }
  }
  return { items, nextCursor: null, lookedBackTo: null };
}

/** What is shown of the log of a workspace. */
function logOf(workspace: Workspace, filter: CallFilter, now: Date) {
  const kept = retentionStart(workspace, now);
  const from = filter.from === undefined || filter.from < kept ? kept : filter.from;
  return { slug: workspace.slug, from, isWanted: callMatcher({ ...filter, from }) };
}

/** Where the latest calls of a period are; `null` for the ends of the logs. */
async function endOf(
  { callHistory }: Deps,
  ids: readonly WorkspaceId[],
  { to }: CallFilter,
): Promise<HistoryPlace | null> {
  if (to === undefined) return null;
  const versionstamp = await callHistory.placeAt(ids, new Date(to.getTime() + MARGIN_MS));
  return versionstamp === null ? null : { versionstamp, workspaceId: "" };
}

interface Start extends HistoryPlace {
  /** The first call of the pack that was given already. */
  index: number;
}

function cursorOf({ versionstamp, workspaceId }: HistoryPack, index: number): string {
  return `${packCursor({ versionstamp, index })}.${workspaceId}`;
}

function startOf(cursor: string | null): Start | null {
  if (cursor === null) return null;
  const [place, id] = cursor.split(".");
  const start = placeOf(place);
  const workspaceId = WorkspaceId.safeParse(id);
  if (start !== null && workspaceId.success) return { ...start, workspaceId: workspaceId.data };
  throw refusal(
    "invalid_input",
    "The place in the log is none that this list gave; begin with the latest calls again.",
    "cursor",
  );
}

function isSame(found: HistoryPack, start: Start | null): start is Start {
  return start !== null && found.versionstamp === start.versionstamp &&
    found.workspaceId === start.workspaceId;
}
