/** Says what is for the eyes of whoever runs the program alone: a console may be exported. */
export function sayToTerminal(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
