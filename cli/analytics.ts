import { type Command, Option } from "commander";
import { AnalyticsReport, ReportBy, type ReportQuestion } from "../core/analytics/report.ts";
import { apiPath } from "./api_path.ts";
import type { Answer, ApiClient } from "./api_client.ts";
import { analyticsTable } from "./analytics_table.ts";
import { wrongUsage } from "./cli_error.ts";
import { cleanCsv } from "./output.ts";
import type { Session } from "./session.ts";
import { checkPeriod, checkTime } from "./times.ts";
import { verb } from "./verb.ts";

interface AnalyticsOptions extends ReportQuestion {
  workspace: string;
  csv?: boolean;
}

/** The options that the API is given as they are. */
const ASKED = ["by", "server", "member", "tool", "period", "from", "to", "timeZone"] as const;

const PAGE_SIZE = 1_000;
const MAX_PAGES = 100;

/** `analytics`. */
export function addAnalyticsVerb(program: Command, session: Session): Command {
  return verb(program, "analytics", "who called what, how often, how it ended, how long it took", [
    "aerostack analytics --workspace backend",
    "aerostack analytics --workspace backend --by user --period 30d",
    "aerostack analytics --workspace backend --by day --time-zone Europe/Berlin",
    "aerostack analytics --workspace backend --member alice@example.com --by tool",
    "aerostack analytics --workspace backend --from 2026-11-01 --to 2026-11-30 --csv",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .option("--server <slug>", "only this server's calls, also of one that was removed")
    .option("--member <who>", "only this person's calls: an e-mail address, a name or a token's id")
    .option("--tool <name>", "only this tool's calls: its own name or the editor's")
    .option(
      "--period <period>",
      "how far back: 30m, 24h, or whole days as 7d, 2w (default: 7d)",
      checkPeriod,
    )
    .option("--from <time>", "from this date or time on, in place of a period", checkTime("from"))
    .option(
      "--to <time>",
      "up to this time, or the end of this date (default: now)",
      checkTime("to"),
    )
    .addOption(
      new Option("--by <what>", "what the rows are of (default: member, server and tool)")
        .choices(ReportBy.options),
    )
    .option("--time-zone <zone>", "whose days and hours, such as Europe/Berlin (default: UTC)")
    .option("--csv", "print the rows as CSV")
    .action((options: AnalyticsOptions) => analytics(session, options));
}

async function analytics(session: Session, options: AnalyticsOptions): Promise<void> {
  const { workspace, csv = false } = options;
  checkOptions(session, options);
  const query = new URLSearchParams();
  for (const name of ASKED) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const path = apiPath`/workspaces/${workspace}/analytics`;
  const api = await session.api();

  if (csv) {
    query.set("format", "csv");
    session.terminal.out(cleanCsv(await api.text(`${path}?${query}`)).trimEnd());
    return;
  }

  const { body, value } = await wholeReport(api, path, query);
  const now = session.terminal.now();
  session.show(body, value.total.calls > 0 ? analyticsTable(value, now) : nothing(options, value));
}

function checkOptions(session: Session, { period, from, to, csv }: AnalyticsOptions): void {
  if (csv && session.json) throw wrongUsage("--csv and --json are two formats; leave one out.");
  if (period !== undefined && (from !== undefined || to !== undefined)) {
    throw wrongUsage("--period and --from or --to are two ways to say when; leave one out.");
  }
  if (to !== undefined && from === undefined) throw wrongUsage("--to needs --from as well.");
}

/** All rows of a report, page after page; the first page says the rest. */
async function wholeReport(
  api: ApiClient,
  path: string,
  query: URLSearchParams,
): Promise<Answer<AnalyticsReport>> {
  query.set("limit", String(PAGE_SIZE));
  const first = await api.get(`${path}?${query}`, AnalyticsReport);
  const { items } = first.value;
  let { nextCursor } = first.value;

  for (let page = 1; nextCursor !== null && page < MAX_PAGES; page++) {
    query.set("cursor", nextCursor);
    const { value } = await api.get(`${path}?${query}`, AnalyticsReport);
    items.push(...value.items);
    nextCursor = value.nextCursor;
  }

  return { body: { ...Object(first.body), items, nextCursor }, value: first.value };
}

function nothing(
  { workspace, server, member, tool }: AnalyticsOptions,
  { from, to }: AnalyticsReport,
): string {
  const filters = [server, member, tool].filter((text) => text !== undefined);
  const of = filters.length > 0 ? ` of ${filters.join(", ")}` : "";
  const sentence = `No calls${of} in ${workspace} from ${minute(from)} to ${minute(to)} UTC.`;
  if (filters.length > 0) return `${sentence} Ask for a longer period, or leave a filter out.`;
  return `${sentence} Ask for a longer period, or give somebody a token, put its mcp.json into ` +
    "their editor and call a tool:\n" +
    `  aerostack workspace token create ${workspace} --name "Alice Chen"`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace("T", " ");
}
