import type { Command } from "commander";
import { Call } from "../core/calls/call.ts";
import { apiPath } from "./api_path.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { calledName } from "../core/calls/called_name.ts";
import { verb } from "./verb.ts";

interface CallsOptions {
  workspace: string;
  limit: number;
}

/** `calls list`. */
export function addCallsVerbs(calls: Command, session: Session): void {
  verb(calls, "list", "list the latest calls, newest first", [
    "aerostack calls list --workspace backend",
    "aerostack calls list --workspace backend --limit 500 --json",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .option("--limit <number>", "how many (default: 50)", wholeNumber("--limit", 1, 10_000), 50)
    .action((options: CallsOptions) => list(session, options));
}

async function list(session: Session, { workspace, limit }: CallsOptions): Promise<void> {
  const path = apiPath`/workspaces/${workspace}/calls`;
  const api = await session.api();
  const answer = await api.list(path, Call, limit);

  const now = session.terminal.now();
  const rows = answer.value.map((call) => [
    relativeTime(call.at, now),
    call.person,
    calledName(call),
    call.outcome.replaceAll("_", " "),
    Math.round(call.durationMs),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["WHEN", "USER", "CALLED", "OUTCOME", "MS"], rows)
      : `No calls in ${workspace} yet. See aerostack workspace show ${workspace} for its address.`,
  );
}
