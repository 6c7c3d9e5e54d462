import type { AnalyticsReport } from "./answers.ts";
import { findServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import type { CallQueries } from "../calls/call_queries.ts";
import { parsePeriod } from "../calls/period.ts";

/**
 * Who called which tool of a workspace in the period that ends now.
 *
 * A server that was removed still has its calls on the record. Throws `not_found`
 * for a workspace, and for a server that is neither there nor on the record, and
 * `invalid_input` for the period.
 */
export async function reportAnalytics(
  deps: {
    workspaces: WorkspaceStore;
    servers: ServerStore;
    callQueries: Pick<CallQueries, "analytics">;
    now: () => Date;
  },
  workspaceSlug: string,
  { period, server }: { period: string; server?: string },
): Promise<AnalyticsReport> {
  const periodMs = parsePeriod(period);
  const workspace = await findWorkspace(deps, workspaceSlug);
  const to = deps.now();
  const from = new Date(to.getTime() - periodMs);

  const items = await deps.callQueries.analytics(workspace.id, {
    from,
    to,
    server,
  });
  if (items.length === 0 && server !== undefined) {
    await findServer(deps, server);
  }

  return {
    workspace: workspace.slug,
    server: server ?? null,
    from: from.toISOString(),
    to: to.toISOString(),
    items,
    nextCursor: null,
  };
}
