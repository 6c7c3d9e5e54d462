import type { Command } from "commander";
import { CallView } from "../core/calls/call.ts";
import { calledName } from "../core/calls/called_name.ts";
import { apiPath } from "./api_path.ts";
import {
  addCallOptions,
  addPeriodOptions,
  type CallOptions,
  callQuery,
  outcomeInWords,
} from "./call_options.ts";
import { addExportVerb } from "./calls_export.ts";
import { addTailVerb } from "./calls_tail.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { verb } from "./verb.ts";

interface ListOptions extends CallOptions {
  workspace: string;
  limit: number;
}

/** `calls list`, `export`, `tail`. */
export function addCallsVerbs(calls: Command, session: Session): void {
  const { now } = session.terminal;
  const listVerb = verb(calls, "list", "list the latest calls, newest first", [
    "aerostack calls list --workspace backend",
    "aerostack calls list --workspace backend --member alice@example.com --outcome refused",
    "aerostack calls list --workspace backend --from 2026-11-01 --to 2026-11-08 --limit 500 --json",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .option("--limit <number>", "how many", wholeNumber("--limit", 1, 10_000), 50);
  addPeriodOptions(addCallOptions(listVerb), now)
    .action((options: ListOptions) => list(session, options));
  addExportVerb(calls, session);
  addTailVerb(calls, session);
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { workspace, limit } = options;
  const path = apiPath`/workspaces/${workspace}/calls`;
  const query = callQuery(options);
  const api = await session.api();
  const answer = await api.list(path, CallView, limit, query);

  const now = session.terminal.now();
  const rows = answer.value.map((call) => [
    relativeTime(call.at, now),
    call.person,
    calledName(call),
    outcomeInWords(call),
    Math.round(call.durationMs),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["WHEN", "USER", "CALLED", "OUTCOME", "MS"], rows)
      : nothing(workspace, query.size > 0),
  );
}

function nothing(workspace: string, isFiltered: boolean): string {
  if (isFiltered) return `No such calls in ${workspace}.`;
  return `No calls in ${workspace} yet. See aerostack workspace show ${workspace} for its address.`;
}
