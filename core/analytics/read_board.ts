import type { Given, RecentAnswers } from "../recent_answers.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import { type AlsoWanted, makeReportsOf, type ReportDeps, type ReportPart } from "./make_report.ts";
import { refuseUnknown } from "./known_names.ts";
import { periodBefore } from "./period_before.ts";
import type { RememberedTallies } from "./remembered_tallies.ts";
import type { AnalyticsReport, Figures, ReportBy, ReportQuestion, ReportRow } from "./report.ts";
import type { ReportPeriod } from "./report_period.ts";
import { partsOf, type ReportScope, scopeOfAll, scopeOfWorkspace } from "./report_scope.ts";
import { HOUR_MS } from "./spans.ts";
import { TimeZone } from "./time_zone.ts";

/** So long a period is drawn by the hour. */
const HOURS_DRAWN = 72;

/** When asked by the hour, this one still is. */
const MOST_HOURS_DRAWN = 400;

/** So many people, tools, servers and workspaces are shown as the most used. */
const TOP_ROWS = 8;

/** The most called of one kind. */
export interface Top {
  rows: readonly ReportRow[];
  hasMore: boolean;
}

/** How many calls a workspace has of those that were counted. */
export interface WorkspaceCalls {
  slug: string;
  calls: number;
  errors: number;
}

/** The same question, of the period of the same length before. */
export interface Before {
  from: string;
  to: string;
  total: Figures;
}

/** What the analytics page shows. */
export interface Board {
  /** What was asked. */
  report: AnalyticsReport;
  /** The same calls by day or by hour. */
  timeline: AnalyticsReport;
  people: Top;
  tools: Top;
  servers: Top;
  /** Where all workspaces are counted and nothing is left out: those with the most calls. */
  workspaces: { rows: readonly WorkspaceCalls[]; hasMore: boolean } | null;
  /** `null` where that is not kept any more. */
  before: Before | null;
}

/** What a board is made from. */
export interface BoardDeps extends ReportDeps {
  tallies: RememberedTallies;
}

/** Which calls a board is of: those of this workspace, or of all of these. */
export type BoardOf = { slug: string } | { all: readonly Workspace[] };

/** What boards are kept in that take long to make. */
export interface RecentBoards {
  recentBoards: RecentAnswers<Board>;
}

/**
 * The same as {@linkcode readBoard}, or one that was made a while ago where making it takes long;
 * `null` while the first one is made.
 */
export function readRecentBoard(
  deps: BoardDeps & RecentBoards,
  of: BoardOf,
  question: ReportQuestion,
  part: ReportPart,
): Promise<Given<Board> | null> {
  const whose = "slug" in of ? of : of.all.map(({ id }) => id).join(" ");
  const key = JSON.stringify([question, part, whose]);
  return deps.recentBoards.get(key, () => readBoard(deps, of, question, part));
}

/** Makes the reports of the analytics page, all of one period. Throws what a report throws. */
export async function readBoard(
  deps: BoardDeps,
  of: BoardOf,
  question: ReportQuestion,
  part: ReportPart,
): Promise<Board> {
  const now = deps.now();
  const workspace = "slug" in of ? await findWorkspace(deps, of.slug) : null;
  const scope = workspace !== null
    ? scopeOfWorkspace(deps.tallies, workspace, now)
    : scopeOfAll(deps.tallies, "all" in of ? of.all : [], now);

  const reports = await makeReportsOf(deps, scope, question, part, alsoFor(question));
  const [report, timeline, people, tools, servers] = reports;
  if (workspace !== null && report.total.calls === 0) {
    const record = { from: scope.keptFrom, to: new Date(report.to) };
    await refuseUnknown(deps, { workspace, record }, question);
  }

  const [before, workspaces] = await Promise.all([
    readBefore(deps, scope, question, report),
    "all" in of && isUnfiltered(question) ? readWorkspaces(deps, of.all, timeline) : null,
  ]);
  return {
    report,
    timeline,
    people: topOf(people),
    tools: topOf(tools),
    servers: topOf(servers),
    workspaces,
    before,
  };
}

function alsoFor({ by }: ReportQuestion): (period: ReportPeriod) => AlsoWanted[] {
  const limit = TOP_ROWS + 1;
  return (period) => [
    { by: drawnBy(period, by), limit: Infinity },
    { by: "user", limit },
    { by: "tool", limit },
    { by: "server", limit },
  ];
}

async function readBefore(
  deps: BoardDeps,
  scope: ReportScope,
  { server, member, tool, timeZone }: ReportQuestion,
  report: AnalyticsReport,
): Promise<Before | null> {
  const period = { from: new Date(report.from), to: new Date(report.to) };
  const zone = new TimeZone(timeZone);
  const { from, to } = periodBefore(period, { zone, now: deps.now() });
  if (from < scope.keptFrom) return null;

  const asked: ReportQuestion = {
    by: "outcome",
    ...{ server, member, tool, timeZone },
    from: from.toISOString(),
    to: to.toISOString(),
  };
  const all = { limit: Infinity, cursor: null };
  const [{ total }] = await makeReportsOf(deps, scope, asked, all, () => []);
  return { from: from.toISOString(), to: to.toISOString(), total };
}

/** Asks for what the timeline asks for, which is remembered. */
async function readWorkspaces(
  deps: BoardDeps,
  workspaces: readonly Workspace[],
  { from, to, by, timeZone }: AnalyticsReport,
): Promise<Board["workspaces"]> {
  const query = {
    from: new Date(from),
    to: new Date(to),
    detail: "total" as const,
    grain: by === "day" && timeZone === "UTC" ? "day" as const : "hour" as const,
  };
  const parts = partsOf(workspaces, query, deps.now());
  const counted = await Promise.all(parts.map(({ ids, query }) => {
    return deps.tallies.together(ids, query);
  }));
  const slugs = new Map(workspaces.map(({ id, slug }) => [id, slug]));
  const rows = counted.flatMap(({ counts }) => [...counts])
    .map(([id, count]) => ({ slug: slugs.get(id) ?? "", ...count }))
    .sort((a, b) => b.calls - a.calls || (a.slug < b.slug ? -1 : 1));
  return { rows: rows.slice(0, TOP_ROWS), hasMore: rows.length > TOP_ROWS };
}

function isUnfiltered({ server, member, tool }: ReportQuestion): boolean {
  return server === undefined && member === undefined && tool === undefined;
}

function topOf({ items }: AnalyticsReport): Top {
  return { rows: items.slice(0, TOP_ROWS), hasMore: items.length > TOP_ROWS };
}

function drawnBy({ from, to }: ReportPeriod, by: ReportBy | undefined): "day" | "hour" {
  const hours = (to.getTime() - from.getTime()) / HOUR_MS;
  return hours <= (by === "hour" ? MOST_HOURS_DRAWN : HOURS_DRAWN) ? "hour" : "day";
}
