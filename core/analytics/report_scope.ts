import { type Retained, retentionStart } from "../calls/retention.ts";
import type { WorkspaceId } from "../ids.ts";
import type { Slug } from "../slug.ts";
import type { RememberedTallies } from "./remembered_tallies.ts";
import { DAY_MS, startMs } from "./spans.ts";
import type { ReadTallies, TallyQuery, TallySource, TimedTally } from "./tally_source.ts";

/** Which calls a report is of. */
export interface ReportScope {
  /** The workspace's slug; `null` where it is of all of them. */
  slug: Slug | null;
  /** Nothing older is shown. */
  keptFrom: Date;
  read: ReadTallies;
}

/** A workspace whose calls are counted. */
export interface CountedWorkspace extends Retained {
  id: WorkspaceId;
  slug: Slug;
}

/** The calls of one workspace. */
export function scopeOfWorkspace(
  tallies: TallySource,
  workspace: CountedWorkspace,
  now: Date,
): ReportScope {
  return {
    slug: workspace.slug,
    keptFrom: retentionStart(workspace, now),
    read: (query) => tallies.tallies(workspace.id, query),
  };
}

/** The calls of several workspaces, each as far back as it keeps them. */
export function scopeOfAll(
  tallies: Pick<RememberedTallies, "each">,
  workspaces: readonly CountedWorkspace[],
  now: Date,
): ReportScope {
  const starts = workspaces.map((workspace) => retentionStart(workspace, now).getTime());
  async function* read(query: TallyQuery): AsyncGenerator<TimedTally> {
    for (const part of partsOf(workspaces, query, now)) {
      yield* tallies.each(part.ids, part.query);
    }
  }
  return { slug: null, keptFrom: new Date(Math.min(...starts, now.getTime())), read };
}

/**
 * A query of several workspaces, in parts that ask each for whole days that it keeps: those
 * that keep everything that is asked for are one part.
 */
export function partsOf(
  workspaces: readonly CountedWorkspace[],
  query: TallyQuery,
  now: Date,
): { ids: WorkspaceId[]; query: TallyQuery }[] {
  const byStart = Map.groupBy(workspaces, (workspace) => {
    const keptMs = retentionStart(workspace, now).getTime();
    const fromMs = query.from.getTime();
    return keptMs <= fromMs ? fromMs : startMs("day", keptMs) + DAY_MS;
  });
  return [...byStart].filter(([start]) => start < query.to.getTime())
    .map(([start, some]) => ({
      ids: some.map(({ id }) => id),
      query: { ...query, from: new Date(start) },
    }));
}
