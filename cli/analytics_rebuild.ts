import type { Command } from "commander";
import { RecountReport } from "../core/analytics/recount.ts";
import { apiPath } from "./api_path.ts";
import { CliError, EXIT } from "./cli_error.ts";
import { count } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

/** A recount reads the whole log. */
const REBUILD_SECONDS = 3_600;

interface RebuildOptions {
  workspace: string;
  check?: boolean;
}

/** `analytics rebuild`. */
export function addRebuildVerb(analytics: Command, session: Session): void {
  verb(analytics, "rebuild", "count the log again, and replace sums that differ from it", [
    "aerostack analytics rebuild --workspace backend",
    "aerostack analytics rebuild --workspace backend --check   (ends with 1 when any differ)",
  ])
    .option("--workspace <workspace>", "the workspace's slug")
    .option("--check", "only compare, and change nothing")
    // The option of the verb above has the same name and is given what is written here, too.
    .action((_options, command: Command) => rebuild(session, command.optsWithGlobals()));
}

async function rebuild(session: Session, { workspace, check = false }: RebuildOptions) {
  const api = await session.api();
  const { body, value } = await api.send({
    method: "POST",
    path: apiPath`/workspaces/${workspace}/analytics/rebuild`,
    body: { repair: !check },
    timeoutSeconds: REBUILD_SECONDS,
  }, RecountReport);

  if (!value.ok) {
    if (session.json) session.show(body, "");
    throw new CliError(
      EXIT.refused,
      "sums_differ",
      [
        ...inWords(value),
        check
          ? "Run the same without --check to replace them by what the log has."
          : "Calls came in too fast to replace all of them. Run the same again.",
      ].join("\n"),
    );
  }
  session.show(body, inWords(value).join("\n"));
}

function inWords({ workspace, calls, hours, blocks, differences }: RecountReport): string[] {
  const different = hours.different + blocks.different;
  const sums = `${count(hours.equal, "hour")} and ${count(blocks.equal, "longer block")}`;
  const first = different === 0
    ? `The sums of ${workspace} equal its log: ${count(calls, "call")} counted again, ` +
      `${sums} compared.`
    : `Of the sums of ${workspace}, ${count(hours.different, "hour")} and ` +
      `${count(blocks.different, "longer block")} differed from its log of ` +
      `${count(calls, "call")}; ${sums} were equal.`;
  const lines = differences.map(({ hour, summed, logged }) => {
    return `  ${hour.slice(0, 16).replace("T", " ")} UTC: sums ${summed}, log ${logged}`;
  });
  const repaired = hours.repaired + blocks.repaired;
  return [
    first,
    ...lines,
    ...(repaired > 0 ? [`${repaired} of them were replaced: they equal the log now.`] : []),
    ...(hours.older > 0
      ? [`${count(hours.older, "hour")} older than the log stay as they were counted.`]
      : []),
  ];
}
