import type { Services } from "../services.ts";
import { viewSecret } from "../secrets/view_secret.ts";
import type { Server } from "../servers/server.ts";
import { viewServer } from "../servers/view_server.ts";
import { viewWorkspace } from "../workspaces/view_workspace.ts";
import type { WorkspaceView } from "../workspaces/workspace.ts";
import { latestCalls, readCallHistories } from "./call_history.ts";
import { type Listed, MAX_ROWS, type Overview, type ServerRow } from "./overview.ts";
import { readTokens } from "./read_tokens.ts";

type Deps = Pick<
  Services,
  | "config"
  | "now"
  | "servers"
  | "workspaces"
  | "installs"
  | "secrets"
  | "tokens"
  | "callQueries"
  | "health"
>;

const FIRST_PAGE = { limit: MAX_ROWS, cursor: null };

/** Reads what an admin sees at a glance; each list has at most 100 rows. */
export async function readOverview(deps: Deps): Promise<Overview> {
  const [servers, workspaces] = await Promise.all([readServers(deps), readWorkspaces(deps)]);
  const histories = await readCallHistories(deps, workspaces.rows);
  const tokens = await readTokens(deps, workspaces, histories);
  return { servers, workspaces, tokens, calls: latestCalls(histories) };
}

async function readServers(deps: Deps): Promise<Listed<ServerRow>> {
  const page = await deps.servers.list(FIRST_PAGE);
  const rows = await Promise.all(page.items.map((server) => serverRow(deps, server)));
  return { rows, hasMore: page.nextCursor !== null };
}

async function serverRow(deps: Deps, server: Server): Promise<ServerRow> {
  const [view, sealed] = await Promise.all([
    viewServer(deps, server),
    deps.secrets.list(server.id),
  ]);
  return { ...view, secrets: sealed.map(viewSecret) };
}

async function readWorkspaces(deps: Deps): Promise<Listed<WorkspaceView>> {
  const page = await deps.workspaces.list(FIRST_PAGE);
  const rows = await Promise.all(page.items.map((workspace) => viewWorkspace(deps, workspace)));
  return { rows, hasMore: page.nextCursor !== null };
}
