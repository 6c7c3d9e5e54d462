import type { Given, RecentAnswers } from "../recent_answers.ts";
import type { Server } from "../servers/server.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import { makeReportsOf, type ReportDeps, WHOLE_REPORT } from "./make_report.ts";
import type { RememberedTallies } from "./remembered_tallies.ts";
import type { AnalyticsReport, Figures, ReportQuestion, ReportRow } from "./report.ts";
import { readReportPeriod, type ReportPeriod } from "./report_period.ts";
import { partsOf, scopeOfAll } from "./report_scope.ts";
import { HOUR_MS } from "./spans.ts";
import { TimeZone } from "./time_zone.ts";

/** So many tools and people are shown as the most used. */
const TOP_ROWS = 10;

/** Of so many workspaces the calls are counted: those with the most calls of all servers. */
export const COUNTED_WORKSPACES = 20;

/** So long a period is drawn by the hour. */
const HOURS_DRAWN = 72;

/** What is asked of a server's calls. */
export type ServerQuestion = Pick<ReportQuestion, "period" | "timeZone">;

/** The most called of one kind. */
export interface TopRows {
  rows: readonly ReportRow[];
  hasMore: boolean;
}

/** What a server's page shows of its calls, over the workspaces that have it. */
export interface ServerBoard {
  /** All of it by day or by hour. */
  timeline: AnalyticsReport;
  tools: TopRows;
  people: TopRows;
  workspaces: readonly { slug: string; total: Figures }[];
  /** How many workspaces have it, counted or not. */
  installs: number;
}

interface Deps extends Pick<ReportDeps, "servers" | "now"> {
  tallies: RememberedTallies;
}

/**
 * The same as {@linkcode readServerBoard}, or one that was made a while ago where making it takes
 * long; `null` while the first one is made.
 */
export function readRecentServerBoard(
  deps: Deps & { recentServerBoards: RecentAnswers<ServerBoard> },
  server: Server,
  workspaces: readonly Workspace[],
  question: ServerQuestion,
): Promise<Given<ServerBoard> | null> {
  const make = () => readServerBoard(deps, server, workspaces, question);
  const key = JSON.stringify([server.id, question, workspaces.map(({ id }) => id).join(" ")]);
  return deps.recentServerBoards.get(key, make);
}

/**
 * Counts the calls of a server in the workspaces that have it; where these are many, in the
 * busiest. Throws `invalid_input` with the field.
 */
export async function readServerBoard(
  deps: Deps,
  server: Server,
  workspaces: readonly Workspace[],
  question: ServerQuestion,
): Promise<ServerBoard> {
  const now = deps.now();
  const { keptFrom } = scopeOfAll(deps.tallies, workspaces, now);
  const zone = new TimeZone(question.timeZone);
  const period = readReportPeriod(question, { zone, now, keptFrom });
  const counted = await busiest(deps, workspaces, period);
  const scope = { ...scopeOfAll(deps.tallies, counted, now), keptFrom };
  const asked: ReportQuestion = { ...question, server: server.id };
  const limit = TOP_ROWS + 1;
  const [[timeline, tools, people], totals] = await Promise.all([
    makeReportsOf(deps, scope, { ...asked, by: drawnBy(period) }, WHOLE_REPORT, () => [
      { by: "tool", limit },
      { by: "user", limit },
    ]),
    Promise.all(counted.map(async (workspace) => {
      const { read } = scopeOfAll(deps.tallies, [workspace], now);
      const [{ total }] = await makeReportsOf(
        deps,
        { ...scope, read },
        { ...asked, by: "server" },
        { limit: 1, cursor: null },
        () => [],
      );
      return { slug: workspace.slug, total };
    })),
  ]);
  return {
    timeline,
    tools: topOf(tools),
    people: topOf(people),
    workspaces: totals.filter(({ total }) => total.calls > 0)
      .sort((a, b) => b.total.calls - a.total.calls),
    installs: workspaces.length,
  };
}

/** Those with the most calls of whatever server, where not all are counted. */
async function busiest(
  { tallies, now }: Deps,
  workspaces: readonly Workspace[],
  period: ReportPeriod,
): Promise<readonly Workspace[]> {
  if (workspaces.length <= COUNTED_WORKSPACES) return workspaces;
  const query = { ...period, detail: "total" as const, grain: "day" as const };
  const parts = partsOf(workspaces, query, now());
  const counted = await Promise.all(parts.map((part) => tallies.together(part.ids, part.query)));
  const calls = new Map(counted.flatMap(({ counts }) => [...counts]));
  return workspaces.toSorted((a, b) =>
    (calls.get(b.id)?.calls ?? 0) - (calls.get(a.id)?.calls ?? 0)
  )
    .slice(0, COUNTED_WORKSPACES);
}

function topOf({ items }: AnalyticsReport): TopRows {
  return { rows: items.slice(0, TOP_ROWS), hasMore: items.length > TOP_ROWS };
}

function drawnBy({ from, to }: ReportPeriod): "day" | "hour" {
  return (to.getTime() - from.getTime()) / HOUR_MS <= HOURS_DRAWN ? "hour" : "day";
}
