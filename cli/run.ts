import { type Command, CommanderError } from "commander";
import { VERSION } from "../core/version.ts";
import { CliError, EXIT, failure, wrongUsage } from "./cli_error.ts";
import { buildProgram } from "./program.ts";
import { Session } from "./session.ts";
import type { Terminal } from "./terminal.ts";
import { usageSentence } from "./usage_sentence.ts";

/** Runs one command line. Gives the exit code: 0, 1 (refused or failed), 2 (wrong usage). */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const session = new Session(terminal, asksForJson(args));
  const program = buildProgram(session, VERSION);
  let help = "";
  configureOutput(program, {
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => help += text,
  });

  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (isBareNoun(error) && !session.json) {
      terminal.err(help.trimEnd());
      return EXIT.usage;
    }

    const failed = asCliError(error, commandNamed(program, args));
    session.fail(failed);
    return failed.exitCode;
  }
}

/** Commander hands its settings down only when a command is added; these come later. */
function configureOutput(
  command: Command,
  output: { writeOut(text: string): void; writeErr(text: string): void },
): void {
  command.configureOutput({ ...output, outputError: () => {} });
  for (const child of command.commands) configureOutput(child, output);
}

/** Known before parsing, so that wrong usage is told to a script as JSON too. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? args.length : end).includes("--json");
}

/** `aerostack mcp` alone gets its list of verbs. */
function isBareNoun(error: unknown): boolean {
  return error instanceof CommanderError && error.code === "commander.help";
}

function asCliError(error: unknown, command: Command): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) return wrongUsage(usageSentence(error, path(command)));
  return failure("failed", error instanceof Error ? error.message : String(error));
}

/** The command that the arguments were meant for, as far as they name one. */
function commandNamed(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const arg of args) {
    if (arg.startsWith("-")) continue;
    const child = command.commands.find((candidate) => candidate.name() === arg);
    if (child === undefined) break;
    command = child;
  }
  return command;
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}
