import type { RememberedTallies } from "../analytics/remembered_tallies.ts";
import { DAY_MS, startMs } from "../analytics/spans.ts";
import type { Config } from "../config.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Workspace } from "./workspace.ts";
import { workspacePath } from "./workspace_address.ts";
import type { WorkspaceSummaryStore } from "./workspace_summary_store.ts";

/** A row of a list counts the calls of so many days: today, and those before. */
export const ROW_DAYS = 7;

/** A workspace in a list. */
export interface WorkspaceRow extends Workspace {
  /** What an editor connects to. */
  url: string;
  /** Slugs of its servers, in their order. */
  servers: string[];
  activeTokens: number;
  /** How many calls it had in these seven days. */
  recentCalls: number;
}

/** What a list shows of these workspaces; each row costs a few reads, so ask for those shown. */
export async function readWorkspaceRows(
  deps: {
    config: Pick<Config, "publicUrl">;
    servers: ServerStore;
    workspaceSummaries: WorkspaceSummaryStore;
    tallies: Pick<RememberedTallies, "together">;
    now: () => Date;
  },
  workspaces: readonly Workspace[],
): Promise<WorkspaceRow[]> {
  const now = deps.now();
  const wanted = workspaces.map(({ id }) => id);
  const period = { from: recentFrom(now), to: now };
  const [summaries, { counts }] = await Promise.all([
    deps.workspaceSummaries.read(wanted, now),
    deps.tallies.together(wanted, { ...period, detail: "total", grain: "whole" }),
  ]);
  const ids = [...new Set(summaries.flatMap(({ serverIds }) => serverIds))];
  const servers = await deps.servers.getMany(ids);
  const slugs = new Map(servers.map(({ id, slug }) => [id, slug]));

  return workspaces.map((workspace, at) => ({
    ...workspace,
    url: deps.config.publicUrl + workspacePath(workspace.slug),
    servers: summaries[at].serverIds.flatMap((id) => slugs.get(id) ?? []).sort(),
    activeTokens: summaries[at].activeTokens,
    recentCalls: counts.get(workspace.id)?.calls ?? 0,
  }));
}

/** Since when a row counts calls: the whole days before today, so that it is the same all day. */
export function recentFrom(now: Date): Date {
  return new Date(startMs("day", now.getTime()) - (ROW_DAYS - 1) * DAY_MS);
}
