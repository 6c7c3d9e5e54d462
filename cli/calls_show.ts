import type { Command } from "commander";
import { CallArguments } from "../core/arguments/call_arguments.ts";
import { CallView } from "../core/calls/call.ts";
import { calledName } from "../core/calls/called_name.ts";
import { apiPath } from "./api_path.ts";
import { outcomeInWords } from "./call_options.ts";
import { cleanLines, formatDetails } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

interface ShowOptions {
  workspace: string;
  arguments?: boolean;
}

/** `calls show`. */
export function addCallsShowVerb(calls: Command, session: Session): void {
  verb(calls, "show <call>", "show one call, by the id that calls list --json says", [
    "aerostack calls show 000000000000a1b20000-0 --workspace backend",
    "aerostack calls show 000000000000a1b20000-0 --workspace backend --arguments",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .option("--arguments", "with what is kept of its arguments; the audit log says who read them")
    .action((id: string, options: ShowOptions) => show(session, id, options));
}

async function show(session: Session, id: string, options: ShowOptions): Promise<void> {
  const path = apiPath`/workspaces/${options.workspace}/calls/${id}`;
  const api = await session.api();
  const { body, value: call } = await api.get(path, CallView);
  if (options.arguments !== true) return session.show(body, callDetails(call));

  const read = await api.get(`${path}/arguments`, CallArguments);
  const json = JSON.stringify(read.value.arguments, null, 2);
  session.show(
    { ...call, arguments: read.value.arguments },
    `${callDetails(call)}\n\n${cleanLines(json)}`,
  );
}

function callDetails(call: CallView): string {
  const { id, at, person, email, tokenId, era, durationMs, bytesIn, bytesOut } = call;
  return formatDetails([
    ["Call", id],
    ["At", at],
    ["User", email === null ? person : `${person} <${email}>`],
    ["Token", tokenId],
    ["Called", calledName(call)],
    ["Outcome", outcomeInWords(call)],
    ["Client", era === null ? "-" : `${era} era`],
    ["Duration", `${durationMs} ms`],
    ["Size", `${bytesIn} bytes in, ${bytesOut} bytes out`],
    ["Arguments", keptInWords(call)],
  ]);
}

function keptInWords({ argumentsKept }: CallView): string {
  if (argumentsKept === undefined) return "not kept";
  return argumentsKept ? "kept; owners read them with --arguments" : "could not be kept";
}
