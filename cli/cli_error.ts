/** How the command ends when something did not work. */
export const EXIT = { refused: 1, usage: 2, interrupted: 130 } as const;

/**
 * A failure that is told to the person at the terminal.
 *
 * The message is one sentence and the fix; it must never hold a token or the
 * value of a secret.
 */
export class CliError extends Error {
  override name = "CliError";
  readonly exitCode: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(exitCode: number, code: string, message: string, field?: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.field = field;
  }
}

/** Wrong usage of the command itself: exit code 2. */
export function wrongUsage(sentence: string): CliError {
  return new CliError(EXIT.usage, "usage", sentence);
}

/** Something was refused or did not work: exit code 1. */
export function failure(code: string, sentence: string): CliError {
  return new CliError(EXIT.refused, code, sentence);
}
