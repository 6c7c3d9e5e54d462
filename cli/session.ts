import { ApiClient } from "./api_client.ts";
import { findAccount } from "./credentials.ts";
import { CliError, EXIT, wrongUsage } from "./cli_error.ts";
import { clean, cleanLines } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** One run of the command: where it prints, and the gateway it speaks to. */
export class Session {
  readonly terminal: Terminal;
  /** Whether answers are printed as the API gave them. */
  readonly json: boolean;

  constructor(terminal: Terminal, json: boolean) {
    this.terminal = terminal;
    this.json = json;
  }

  /** Opens the API with the token of the environment or of `login`. */
  async api(): Promise<ApiClient> {
    return new ApiClient(await findAccount(this.terminal), this.terminal.fetch);
  }

  /** Prints the API's answer: as it is for a script, else in words. */
  show(answer: unknown, words: string): void {
    this.terminal.out(this.json ? JSON.stringify(answer, null, 2) : cleanLines(words));
  }

  /** Says something worth knowing that is no failure. */
  warn(sentence: string): void {
    if (!this.json) this.terminal.err(`warning: ${clean(sentence)}`);
  }

  fail(error: CliError): void {
    const { code, message, field } = error;
    this.terminal.err(
      this.json ? JSON.stringify({ error: { code, message, field } }) : `error: ${clean(message)}`,
    );
  }

  /**
   * Asks for something secret, without showing it.
   *
   * Without a terminal it is wrong usage; `instead` says what to do then.
   */
  async askHidden(question: string, instead: string): Promise<string> {
    if (!this.terminal.isInteractive) {
      throw wrongUsage(`There is no terminal to ask in; ${instead}.`);
    }

    const line = await this.terminal.askHidden(question);
    if (line !== null) return line;
    throw new CliError(EXIT.interrupted, "interrupted", "Interrupted; nothing was changed.");
  }
}
