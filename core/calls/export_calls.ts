import { csvLine, type CsvValue } from "../csv.ts";
import { GatewayError } from "../errors.ts";
import type { WorkspaceId } from "../ids.ts";
import { jsonLine } from "../json_line.ts";
import type { CallView } from "./call.ts";
import { type CallFilter, callMatcher } from "./call_filter.ts";
import type { LoggedWorkspace } from "./call_log.ts";
import { type CallQueries, endedBy, MANY_IN_A_ROW } from "./call_queries.ts";
import type { Retained } from "./retention.ts";

/** In which form calls are written to a file. */
export const EXPORT_FORMATS = ["jsonl", "csv"] as const;
export type ExportFormat = typeof EXPORT_FORMATS[number];

/** The columns of a CSV file, in their order. */
const COLUMNS = [
  "id",
  "at",
  "tokenId",
  "person",
  "email",
  "serverId",
  "server",
  "method",
  "tool",
  "era",
  "outcome",
  "reason",
  "durationMs",
  "bytesIn",
  "bytesOut",
  "argumentsKept",
] as const satisfies readonly (keyof CallView)[];

/** What the last line of an export says; a file without it is not whole. */
export interface ExportEnd {
  workspace: string;
  /** The earliest arrival that counts, and the first that does not. */
  from: string;
  to: string;
  calls: number;
  /** The last commit of the log that was looked at; `null` where there was none. */
  upTo: string | null;
}

/** The word in the first column of a CSV file's last row. */
export const CSV_END = "end";

/** What exporting needs. */
export interface ExportDeps {
  calls: CallQueries;
  /** What holds of a workspace now; `null` for one that was removed, whose log stays. */
  workspaces: { get(id: WorkspaceId): Promise<Retained | null> };
  now: () => Date;
}

/** What an export is of. */
export interface CallExport {
  workspace: LoggedWorkspace & { slug: string };
  format: ExportFormat;
  filter: CallFilter;
}

/**
 * All calls of a workspace that arrived in a period, the first committed first, in pieces of some
 * 50 KiB, and one line at the end which says that it is the end, and up to which commit.
 *
 * What is committed up to the moment in which it begins is in it; the rest of the period is in
 * the next one, after that commit. Throws `conflict` when the workspace's retention was made
 * shorter meanwhile: what has been let go since would be missing.
 */
export async function* exportCalls(
  { calls, workspaces, now }: ExportDeps,
  { workspace, format, filter }: CallExport,
): AsyncGenerator<string> {
  const from = calls.shownFrom(workspace, filter.from);
  const to = filter.to ?? now();
  const upTo = (await calls.lastPlace(workspace.id))?.versionstamp ?? null;
  const isWanted = callMatcher({ ...filter, from, to });
  const line = format === "csv" ? csvOf : jsonLine;
  const latest = endedBy(to);
  let count = 0;
  let laterInARow = 0;

  if (format === "csv") yield csvLine(COLUMNS);
  if (upTo !== null) {
    const after = await calls.placeBefore(workspace.id, from);
    for await (const group of calls.forward(workspace.id, { after, upTo })) {
      laterInARow = group.endedAt > latest ? laterInARow + 1 : 0;
      if (laterInARow === MANY_IN_A_ROW) break;
      const wanted = group.calls.filter(isWanted);
      count += wanted.length;
      if (wanted.length > 0) yield wanted.map(line).join("");
    }
  }
  const retained = await workspaces.get(workspace.id);
  if (retained !== null && retained.retentionDays < workspace.retentionDays) throw trimmed();
  const period = { from: from.toISOString(), to: to.toISOString() };
  yield endLine(format, { workspace: workspace.slug, ...period, calls: count, upTo });
}

function trimmed(): GatewayError {
  return new GatewayError("conflict", "An export was read while the retention was made shorter");
}

function csvOf(call: CallView): string {
  return csvLine(COLUMNS.map((name) => call[name] ?? null));
}

function endLine(format: ExportFormat, end: ExportEnd): string {
  if (format === "jsonl") return jsonLine({ end });
  const cells: Partial<Record<typeof COLUMNS[number], CsvValue>> = {
    id: CSV_END,
    at: end.to,
    person: `${end.calls} calls`,
    email: `from ${end.from}`,
    server: `of ${end.workspace}`,
    tool: end.upTo === null ? "" : `up to commit ${end.upTo}`,
  };
  return csvLine(COLUMNS.map((name) => cells[name] ?? null));
}
