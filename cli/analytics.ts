import type { Command } from "commander";
import { AnalyticsReport } from "../core/api/answers.ts";
import { apiPath } from "./api_path.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { checkPeriod, relativeTime } from "./times.ts";
import { calledName } from "../core/calls/called_name.ts";
import { verb } from "./verb.ts";

interface AnalyticsOptions {
  workspace: string;
  server?: string;
  period: string;
}

/** `analytics`. */
export function addAnalyticsVerb(program: Command, session: Session): void {
  verb(program, "analytics", "who called what, how often, and when last", [
    "aerostack analytics --workspace backend",
    "aerostack analytics --workspace backend --server internal-api --period 24h",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .option("--server <slug>", "only this server's tools")
    .option("--period <period>", "how far back: 30m, 24h, 7d, 2w", checkPeriod, "7d")
    .action((options: AnalyticsOptions) => analytics(session, options));
}

async function analytics(session: Session, options: AnalyticsOptions): Promise<void> {
  const query = new URLSearchParams({ period: options.period });
  if (options.server !== undefined) query.set("server", options.server);
  const path = apiPath`/workspaces/${options.workspace}/analytics`;

  const api = await session.api();
  const answer = await api.get(`${path}?${query}`, AnalyticsReport);

  const now = session.terminal.now();
  const rows = answer.value.items.map((item) => [
    item.user,
    calledName(item),
    item.calls,
    relativeTime(item.lastUsed, now),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["USER", "CALLED", "CALLS", "LAST USED"], rows)
      : nothing(options),
  );
}

function nothing({ workspace, server, period }: AnalyticsOptions): string {
  const where = server === undefined ? workspace : `${workspace} to ${server}`;
  return `No calls in ${where} in the last ${period}. Give somebody a token, ` +
    "put its mcp.json into their editor and call a tool:\n" +
    `  aerostack workspace token create ${workspace} --name "Alice Chen"`;
}
