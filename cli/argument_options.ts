import type { Command } from "commander";
import type { ArgumentLoggingInput } from "../core/arguments/argument_logging.ts";
import { WorkspaceView } from "../core/workspaces/workspace.ts";
import type { Answer, ApiClient } from "./api_client.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { wholeNumber } from "./times.ts";

/** What may be said of how a workspace keeps the arguments of calls. */
export interface ArgumentOptions {
  logArguments?: "on" | "off";
  redact?: string[];
  maxArguments?: number;
}

/** Adds the options that say whether and how arguments are kept. */
export function addArgumentOptions(verb: Command): Command {
  return verb
    .option(
      "--log-arguments <on|off>",
      "keep the arguments of calls: redacted, sealed, for owners (owners only)",
      onOrOff,
    )
    .option(
      "--redact <pattern>",
      'redact this, too: a name, or *.name; may be repeated, and "none" takes all back',
      (pattern: string, earlier: string[] = []) => [...earlier, pattern],
    )
    .option(
      "--max-arguments <bytes>",
      "the most that is kept of one call's arguments (default: 2048)",
      wholeNumber("--max-arguments", 256, 16_384),
    );
}

/** Whether any of the options is given. */
export function hasArgumentOptions(options: ArgumentOptions): boolean {
  const { logArguments, redact, maxArguments } = options;
  return [logArguments, redact, maxArguments].some((option) => option !== undefined);
}

/** Does what the options say, of which one is given. */
export function changeArgumentLogging(
  api: ApiClient,
  slug: string,
  { logArguments, redact, maxArguments }: ArgumentOptions,
): Promise<Answer<WorkspaceView>> {
  const path = apiPath`/workspaces/${slug}/argument-logging`;
  const isMore = redact !== undefined || maxArguments !== undefined;
  if (logArguments === "off" && isMore) {
    throw wrongUsage("--log-arguments off keeps nothing: leave out --redact and --max-arguments.");
  }
  if (logArguments === undefined) {
    throw wrongUsage("Say --log-arguments on with --redact and --max-arguments.");
  }
  if (logArguments === "off") return api.send({ method: "DELETE", path }, WorkspaceView);

  const body: ArgumentLoggingInput = { maxBytes: maxArguments, redact: patternsOf(redact) };
  return api.send({ method: "PUT", path, body }, WorkspaceView);
}

function patternsOf(redact: string[] | undefined): string[] | undefined {
  return redact?.filter((pattern) => pattern !== "none");
}

function onOrOff(text: string): "on" | "off" {
  if (text === "on" || text === "off") return text;
  throw wrongUsage('--log-arguments must be "on" or "off".');
}
