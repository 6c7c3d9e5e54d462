import { spawn } from "node:child_process";
import { once } from "node:events";
import { inheritedEnv } from "./child_process.ts";

/** What a program is told. */
interface Run {
  args: readonly string[];
  env?: Record<string, string>;
}

/** How long a program may be silent at first, in each attempt. */
const FIRST_WORD_MS = [8_000, 8_000, 12_000, 24_000, 48_000];

/** How long it may take in all. */
const LIMIT_MS = 120_000;

/**
 * Runs a program from npm to its end and gives what it printed.
 *
 * Deno 2.9 can stop for good while it looks at a program's packages for the first time. A
 * program that says nothing has done nothing, and what Deno has seen by then it remembers, so
 * that the program is started again.
 */
export async function runNpmProgram(program: string, run: Run): Promise<string> {
  for (const firstWordMs of FIRST_WORD_MS) {
    const printed = await attempt(program, run, firstWordMs);
    if (printed !== null) return printed;
  }
  throw new Error(`Cannot start ${program}: it says nothing`);
}

/** What it printed; `null` when it was ended before it said anything. */
async function attempt(
  program: string,
  { args, env }: Run,
  firstWordMs: number,
): Promise<string | null> {
  const child = spawn(
    Deno.execPath(),
    ["run", "--no-config", "--no-lock", "--cached-only", "-A", program, ...args],
    { env: { ...inheritedEnv(), NO_COLOR: "1", ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const printed: string[] = [];
  const silence = setTimeout(() => child.kill("SIGKILL"), firstWordMs);
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8");
    output.on("data", (text: string) => {
      clearTimeout(silence);
      printed.push(text);
    });
  }

  await once(child, "close");
  clearTimeout(silence);
  clearTimeout(limit);
  const wasEnded = child.signalCode !== null;
  if (wasEnded && printed.length > 0) throw new Error(`${program} hangs: ${printed.join("")}`);
  return wasEnded ? null : printed.join("");
}
