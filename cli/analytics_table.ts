import type { AnalyticsReport, Figures, ReportBy, ReportRow } from "../core/analytics/report.ts";
import { calledName } from "../core/calls/called_name.ts";
import { grouped, spokenBytes, spokenDuration } from "../core/calls/spoken_figures.ts";
import { type Cell, count, formatTable } from "./output.ts";
import { relativeTime } from "./times.ts";

/** What stands at the begin of a row, and above it. */
interface Names {
  titles: readonly string[];
  cells(row: ReportRow): readonly string[];
}

const CALLED = (row: ReportRow) =>
  calledName({
    server: row.server ?? null,
    method: row.method ?? "tools/call",
    tool: row.tool ?? "",
  });

const NAMES: Record<ReportBy | "each", Names> = {
  each: { titles: ["USER", "CALLED"], cells: (row) => [row.user ?? "", CALLED(row)] },
  user: { titles: ["USER", "EMAIL"], cells: ({ user, email }) => [user ?? "", email ?? "-"] },
  tool: { titles: ["CALLED"], cells: (row) => [CALLED(row)] },
  server: {
    titles: ["SERVER", "NAME"],
    cells: ({ server, serverId, serverName }) => {
      if (server === null || server === undefined) return ["-", "(no server had the name)"];
      return [server, serverName ?? (serverId === null ? "-" : `(removed, ${serverId})`)];
    },
  },
  day: { titles: ["DAY"], cells: ({ day }) => [day ?? ""] },
  hour: { titles: ["HOUR"], cells: ({ hour }) => [hour ?? ""] },
  outcome: { titles: ["OUTCOME"], cells: ({ outcome }) => [outcome?.replaceAll("_", " ") ?? ""] },
};

/** The rows of a report in columns, with their sum and what was counted beneath. */
export function analyticsTable(report: AnalyticsReport, now: Date): string {
  const { by, items, total, nextCursor } = report;
  const { titles, cells } = NAMES[by ?? "each"];
  const columns = by === "outcome" ? OUTCOME_COLUMNS : COLUMNS;
  const figures = (row: Figures) => columns.map(([, cell]) => cell(row, report, now));

  const rows = items.map((row): Cell[] => [...cells(row), ...figures(row)]);
  // One row is its own sum.
  if (rows.length > 1) {
    rows.push(["total", ...titles.slice(1).map(() => ""), ...figures(total)]);
  }
  const table = formatTable([...titles, ...columns.map(([title]) => title)], rows);

  const period = `${minute(report.from)} to ${minute(report.to)} UTC`;
  const zone = report.timeZone === "UTC" ? "" : `, by the clocks of ${report.timeZone}`;
  const more = nextCursor === null
    ? ""
    : ` There are more than these ${count(items.length, "row")}.`;
  return `${table}\n\n${period}${zone}.${more}`;
}

type Column = readonly [
  title: string,
  cell: (row: Figures, of: AnalyticsReport, now: Date) => Cell,
];

const COLUMNS: readonly Column[] = [
  ["CALLS", ({ calls }) => ({ right: grouped(calls) })],
  ["ERRORS", ({ errors }) => ({ right: grouped(errors) })],
  ["P50", ({ p50Ms }) => duration(p50Ms)],
  ["P95", ({ p95Ms }) => duration(p95Ms)],
  ["P99", ({ p99Ms }) => duration(p99Ms)],
  ["IN", ({ bytesIn }) => size(bytesIn)],
  ["OUT", ({ bytesOut }) => size(bytesOut)],
  ["LAST USED", ({ lastUsed }, _, now) => lastUsed === null ? "-" : relativeTime(lastUsed, now)],
];

const OUTCOME_COLUMNS: readonly Column[] = [
  ["CALLS", ({ calls }) => ({ right: grouped(calls) })],
  ["SHARE", ({ calls }, { total }) => ({ right: `${(calls * 100 / total.calls).toFixed(1)} %` })],
];

function duration(ms: number | null): Cell {
  return { right: ms === null ? "-" : spokenDuration(ms) };
}

function size(bytes: number | null): Cell {
  return { right: bytes === null ? "-" : spokenBytes(bytes) };
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
