import type { Command } from "commander";

/**
 * Adds a verb with examples to a noun. Every verb also gets `--json`, last of its options.
 *
 * `usage` is the verb and its arguments, such as `show <slug>`.
 */
export function verb(
  noun: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
): Command {
  return noun.command(usage)
    .description(summary)
    .addHelpText("after", `\nExamples:\n${examples.map((line) => `  $ ${line}`).join("\n")}`);
}
