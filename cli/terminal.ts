import { readHiddenLine } from "./hidden_line.ts";

/** What a command may read from, and write to, outside of the gateway. */
export interface Terminal {
  env(name: string): string | undefined;
  /** Writes a text and a line's end to the standard output. */
  out(text: string): void;
  /** Writes bytes to the standard output, and nothing else. */
  write(bytes: Uint8Array): void;
  /** Writes a text and a line's end to the standard error. */
  err(text: string): void;
  /** Whether somebody can type. */
  readonly isInteractive: boolean;
  /** Reads the standard input to its end. */
  readAll(): Promise<string>;
  /** Asks for a line that does not appear while it is typed; `null` on Ctrl-C. */
  askHidden(question: string): Promise<string | null>;
  now(): Date;
  fetch: typeof fetch;
}

/** The terminal that this process was started in. */
export function openTerminal(): Terminal {
  return {
    env: (name) => Deno.env.get(name),
    out: (text) => writeLine(Deno.stdout, text),
    write: (bytes) => writeAll(Deno.stdout, bytes),
    err: (text) => writeLine(Deno.stderr, text),
    isInteractive: Deno.stdin.isTerminal() && Deno.stderr.isTerminal(),
    readAll: () => new Response(Deno.stdin.readable).text(),
    askHidden,
    now: () => new Date(),
    fetch: (input, init) => fetch(input, init),
  };
}

function writeLine(target: typeof Deno.stdout, text: string): void {
  writeAll(target, new TextEncoder().encode(text + "\n"));
}

/** Writes it all. A reader that left, as `head` does, ends the command quietly. */
function writeAll(target: typeof Deno.stdout, bytes: Uint8Array): void {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(target.writeSync(rest));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

async function askHidden(question: string): Promise<string | null> {
  const encoder = new TextEncoder();
  // Nothing may be echoed from the moment on at which somebody sees the question.
  Deno.stdin.setRaw(true);
  try {
    Deno.stderr.writeSync(encoder.encode(question));
    return await readHiddenLine(async () => {
      const bytes = new Uint8Array(1024);
      const size = await Deno.stdin.read(bytes);
      return size === null ? null : bytes.subarray(0, size);
    });
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(encoder.encode("\n"));
  }
}
