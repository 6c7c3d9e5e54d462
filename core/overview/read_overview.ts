import { makeReportsOf } from "../analytics/make_report.ts";
import { scopeOfAll } from "../analytics/report_scope.ts";
import type { ReportRow } from "../analytics/report.ts";
import type { Services } from "../services.ts";
import { listServerRows } from "../servers/list_server_rows.ts";
import type { ServerRow } from "../servers/server_row.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { WorkspaceFacts } from "./attention.ts";
import { firstSteps } from "./first_steps.ts";
import { type CallRow, type Overview, type ServerState, TOP_DAYS, type Tops } from "./overview.ts";
import { readAttention } from "./read_attention.ts";
import { readHours } from "./read_hours.ts";
import { readLatestCalls } from "./read_latest_calls.ts";

const TOP_ROWS = 6;
const SERVER_ROWS = 8;

/** Reads what an admin sees at a glance. */
export async function readOverview(services: Services): Promise<Overview> {
  const [servers, workspaces] = await Promise.all([
    listServerRows(services),
    services.workspaces.listAll(),
  ]);
  const whose = workspaces.map(({ id }) => id).join(" ");
  const [facts, hours, tops, calls] = await Promise.all([
    readWorkspaceFacts(services, workspaces),
    services.recentHours.get(whose, () => readHours(services, workspaces)),
    services.recentTops.get(whose, () => readTops(services, workspaces)),
    readLatestCalls(services, workspaces),
  ]);
  const [attention, steps] = await Promise.all([
    readAttention(services, servers, facts),
    readSteps(services, servers, facts, calls),
  ]);
  const activeTokens = facts.reduce((sum, { activeTokens }) => sum + activeTokens, 0);
  return {
    attention,
    steps,
    counts: { servers: servers.length, workspaces: workspaces.length, activeTokens },
    hours: hours && hours.answer,
    tops: tops && { people: tops.answer.people, tools: tops.answer.tools },
    servers: serverStates(servers, tops?.answer.servers.items ?? null),
    calls,
  };
}

async function readWorkspaceFacts(
  { workspaceSummaries, now }: Pick<Services, "workspaceSummaries" | "now">,
  workspaces: readonly Workspace[],
): Promise<WorkspaceFacts[]> {
  const summaries = await workspaceSummaries.read(workspaces.map(({ id }) => id), now());
  return workspaces.map(({ slug, createdAt, disabledAt }, at) => ({
    slug,
    createdAt,
    isDisabled: disabledAt !== null,
    servers: summaries[at].serverIds.length,
    activeTokens: summaries[at].activeTokens,
    expiring: summaries[at].expiringTokens,
  }));
}

async function readTops(services: Services, workspaces: readonly Workspace[]): Promise<Tops> {
  const scope = scopeOfAll(services.tallies, workspaces, services.now());
  const question = { by: "user" as const, period: `${TOP_DAYS}d` };
  const kept = Math.floor((services.now().getTime() - scope.keptFrom.getTime()) / 86_400_000);
  const asked = kept >= TOP_DAYS ? question : { by: question.by };
  const [people, tools, servers] = await makeReportsOf(
    services,
    scope,
    asked,
    { limit: TOP_ROWS, cursor: null },
    () => [{ by: "tool", limit: TOP_ROWS }, { by: "server", limit: Infinity }],
  );
  return { people, tools, servers };
}

/** What is wrong comes first, then what is called most. */
function serverStates(
  servers: readonly ServerRow[],
  rows: readonly ReportRow[] | null,
): ServerState[] {
  const calls = rows && new Map(rows.map((row) => [row.serverId, row]));
  const states = servers.map((server) => ({
    server,
    calls: calls === null ? "counting" as const : calls.get(server.id) ?? null,
  }));
  const urgency = ({ server: { disabled, health } }: ServerState) => {
    return health.breaker !== null ? 2 : disabled !== null ? 1 : 0;
  };
  return states.sort((a, b) => {
    return urgency(b) - urgency(a) || callsOf(b) - callsOf(a);
  }).slice(0, SERVER_ROWS);
}

function callsOf({ calls }: ServerState): number {
  return calls === null || calls === "counting" ? 0 : calls.calls;
}

/** Looks for the first things alone: once somebody called something, nobody needs the way there. */
async function readSteps(
  { secrets }: Pick<Services, "secrets">,
  servers: readonly ServerRow[],
  workspaces: readonly WorkspaceFacts[],
  calls: readonly CallRow[],
): Promise<Overview["steps"]> {
  if (calls.length > 0) return null;
  const used = workspaces.find(({ servers }) => servers > 0) ?? workspaces[0];
  return firstSteps({
    server: servers[0]?.slug ?? null,
    workspace: used?.slug ?? null,
    hasSecret: await secrets.hasAny(),
    hasInstall: workspaces.some(({ servers }) => servers > 0),
    hasToken: workspaces.some(({ activeTokens }) => activeTokens > 0),
    hasCall: false,
  });
}
