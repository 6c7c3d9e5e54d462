import type { CommanderError } from "commander";

/**
 * Wrong usage in one sentence, with where to read on.
 *
 * What was typed is repeated only where it cannot be a secret: a value that
 * begins with `-` looks like an option, and one with a space like two arguments.
 */
export function usageSentence(error: CommanderError, command: string): string {
  return `${sentence(error, command)} Run ${command} --help for examples.`;
}

function sentence(error: CommanderError, command: string): string {
  const { code, message } = error;
  const [said = "", hint = ""] = message.replace(/^error: /, "").replaceAll("'", '"').split("\n");

  if (code === "commander.unknownOption") return unknownOption(said, hint);
  if (code === "commander.unknownCommand") return closed(`${capital(said)} ${hint}`.trim());
  if (code === "commander.excessArguments") {
    return `${command} was given too many arguments; put a value that has spaces in quotes.`;
  }
  if (code === "commander.help") return `${command} needs a verb.`;
  return closed(capital(said));
}

function unknownOption(said: string, hint: string): string {
  const [, option] = /"(--[a-z][a-z-]{0,20})(?:=.*)?"/.exec(said) ?? [];
  if (option !== undefined) return closed(`Unknown option ${option} ${hint}`.trim());
  return 'There is an unknown option; put "--" before a value that begins with "-".';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function closed(text: string): string {
  return /[.?)]$/.test(text) ? text : `${text}.`;
}
