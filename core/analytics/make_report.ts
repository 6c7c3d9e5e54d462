import type { PinStore } from "../definitions/pin_store.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { findWorkspace } from "../workspaces/find_workspace.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { countAll, type Counting, newCounting } from "./counting.ts";
import { figuresOf } from "./figures.ts";
import { refuseUnknown } from "./known_names.ts";
import type { AnalyticsReport, ReportBy, ReportQuestion, ReportRow } from "./report.ts";
import {
  readReportCursor,
  refuseForgotten,
  type ReportCursor,
  reportCursor,
  rowsAfter,
} from "./report_cursor.ts";
import { readReportPeriod, type ReportPeriod } from "./report_period.ts";
import { type ReportScope, scopeOfWorkspace } from "./report_scope.ts";
import type { TallySource } from "./tally_source.ts";
import { TimeZone } from "./time_zone.ts";

/** What reports are made from. */
export interface ReportDeps {
  workspaces: WorkspaceStore;
  servers: ServerStore;
  installs: InstallStore;
  tokens: TokenStore;
  pins: PinStore;
  tallies: TallySource;
  now: () => Date;
}

/** The rows that are wanted of a report: all of them, or a page. */
export interface ReportPart {
  limit: number;
  cursor: string | null;
}

/** By what the same calls are wanted, too, and how many rows of that. */
export interface AlsoWanted {
  by: ReportBy;
  limit: number;
}

/** All rows of a report in one. */
export const WHOLE_REPORT: ReportPart = { limit: Infinity, cursor: null };

/**
 * What was called in a workspace, counted up to the last call that is on the record.
 *
 * A cursor keeps the period that its first page had, so that rows do not move with the time;
 * only calls that were still running then come in later. Throws `not_found` for a workspace,
 * and for a server, member or tool that is neither known nor on the record, and `invalid_input`
 * with the field.
 */
export async function makeReport(
  deps: ReportDeps,
  workspaceSlug: string,
  question: ReportQuestion,
  part: ReportPart,
): Promise<AnalyticsReport> {
  const [report] = await makeReports(deps, workspaceSlug, question, part, () => []);
  return report;
}

/**
 * A report, and after it the same calls by something else: the first rows of those, as many as
 * wanted. Throws what {@linkcode makeReport} throws.
 */
export async function makeReports(
  deps: ReportDeps,
  workspaceSlug: string,
  question: ReportQuestion,
  part: ReportPart,
  alsoOf: (period: ReportPeriod) => readonly AlsoWanted[],
): Promise<AnalyticsReport[]> {
  const workspace = await findWorkspace(deps, workspaceSlug);
  const scope = scopeOfWorkspace(deps.tallies, workspace, deps.now());
  const reports = await makeReportsOf(deps, scope, question, part, alsoOf);
  if (reports[0].total.calls === 0) {
    const record = { from: scope.keptFrom, to: new Date(reports[0].to) };
    await refuseUnknown(deps, { workspace, record }, question);
  }
  return reports;
}

/** The same of any calls; says nothing of a server, member or tool that nobody knows. */
export async function makeReportsOf(
  deps: Pick<ReportDeps, "servers" | "now">,
  { slug, keptFrom, read }: ReportScope,
  question: ReportQuestion,
  part: ReportPart,
  alsoOf: (period: ReportPeriod) => readonly AlsoWanted[],
): Promise<AnalyticsReport[]> {
  const zone = new TimeZone(question.timeZone);
  const cursor = readReportCursor(part.cursor, question);
  refuseForgotten(cursor, keptFrom);
  const rules = { zone, now: deps.now(), keptFrom };
  const period = cursor?.period ?? readReportPeriod(question, rules);

  const wanted = [
    { question, limit: part.limit, cursor },
    ...alsoOf(period).map(({ by, limit }) => ({
      question: { ...question, by },
      limit,
      cursor: null,
    })),
  ];
  // What is wanted twice is counted once.
  const countings = new Map(wanted.map(({ question }) => {
    return [question.by, newCounting(question, period, zone)] as const;
  }));
  await countAll(read, question, [...countings.values()]);
  const reports = wanted.flatMap((each) => {
    const counting = countings.get(each.question.by);
    return counting === undefined ? [] : [{ ...each, counting }];
  });
  return await Promise.all(reports.map((report) => reportOf(deps, { slug, period, zone }, report)));
}

/** A report of what was counted. */
async function reportOf(
  deps: Pick<ReportDeps, "servers">,
  { slug, period, zone }: {
    slug: AnalyticsReport["workspace"];
    period: ReportPeriod;
    zone: TimeZone;
  },
  { question, limit, cursor, counting: { fold } }: {
    question: ReportQuestion;
    limit: number;
    cursor: ReportCursor | null;
    counting: Counting;
  },
): Promise<AnalyticsReport> {
  const { by = null, server = null, member = null, tool = null } = question;
  const rows = rowsAfter(fold.rows(), cursor, question.by);
  const shown = rows.slice(0, limit);
  return {
    workspace: slug,
    by,
    server,
    member,
    tool,
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    timeZone: zone.name,
    total: figuresOf(fold.total()),
    items: await withServerNames(deps, shown.map(({ row }) => row())),
    nextCursor: rows.length > shown.length
      ? reportCursor(question, period, shown[shown.length - 1])
      : null,
  };
}

/** Says what each server is called today, beside the slug that it was called by. */
async function withServerNames(
  { servers }: { servers: ServerStore },
  rows: readonly ReportRow[],
): Promise<ReportRow[]> {
  const ids = rows.flatMap(({ serverId }) => serverId ?? []);
  const known = await servers.getMany([...new Set(ids)]);
  const names = new Map(known.map(({ id, name }) => [id, name]));
  return rows.map((row) => {
    if (row.serverId === undefined) return row;
    return { ...row, serverName: row.serverId === null ? null : names.get(row.serverId) ?? null };
  });
}
