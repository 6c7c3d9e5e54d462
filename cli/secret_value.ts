import { wrongUsage } from "./cli_error.ts";
import type { Session } from "./session.ts";

/** A secret's value: as it was written, from the standard input, or asked for unseen. */
export async function readSecretValue(
  session: Session,
  name: string,
  given: string | undefined,
  stdin: boolean,
): Promise<string> {
  if (stdin && given !== undefined) throw wrongUsage("Give a value or --stdin, not both.");
  if (given !== undefined) return given;
  if (stdin) return (await session.terminal.readAll()).replace(/\r?\n$/, "");
  return await session.askHidden(
    `Value of ${name} (not shown): `,
    "pipe the value in and add --stdin",
  );
}
