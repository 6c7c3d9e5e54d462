import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runCli } from "../../cli/run.ts";
import settings from "../../deno.json" with { type: "json" };

/** Folder of the project. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The words of the task `aerostack`, so that tests have its permissions and no more. */
export const COMMAND: readonly string[] = [
  Deno.execPath(),
  ...settings.tasks.aerostack.split(" ").slice(1),
];

/** The variables that the command may read. */
const READABLE = COMMAND.find((word) => word.startsWith("--allow-env="))?.split(/[=,]/).slice(1) ??
  [];

/** What a run of the command left behind. */
export interface Finished {
  code: number;
  out: string;
  err: string;
}

/** How to run the command besides its arguments. */
export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string;
}

/** A folder of settings that is empty at first and gone afterwards. */
export async function tempConfig(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await Deno.makeTempDir({ prefix: "aerostack-cli-" });
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

/** Runs the command in this process, without a terminal. */
export async function aerostack(
  args: readonly string[],
  { env = {}, stdin = "" }: RunOptions = {},
): Promise<Finished> {
  const variables: Record<string, string> = { ...environment(), ...env };
  const printed = { out: "", err: "" };
  const decoder = new TextDecoder();
  const code = await runCli(args, {
    env(name) {
      assert.ok(READABLE.includes(name), `the command may read ${name}`);
      return variables[name];
    },
    out: (text) => void (printed.out += `${text}\n`),
    write: (bytes) => void (printed.out += decoder.decode(bytes, { stream: true })),
    err: (text) => void (printed.err += `${text}\n`),
    isInteractive: false,
    readAll: () => Promise.resolve(stdin),
    askHidden: () => Promise.reject(new Error("Nobody is there to be asked")),
    now: () => new Date(),
    fetch: (input, init) => fetch(input, init),
  });
  return { code, ...printed };
}

/** Runs the command as a process of its own, without a terminal, and with no more rights than it has. */
export async function aerostackProcess(
  args: readonly string[],
  { env = {}, stdin }: RunOptions = {},
): Promise<Finished> {
  const [program = "", ...words] = COMMAND;
  const child = new Deno.Command(program, {
    args: [...words, ...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...environment(), ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }

  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** The variables that a process needs to run; none of those that the command reads. */
export function environment(): Record<string, string> {
  const names = ["PATH", "DENO_DIR", "TMPDIR"];
  const own: Record<string, string> = {
    // Deno keeps its packages below the home folder; the command looks there for settings.
    HOME: Deno.env.get("HOME") ?? "",
    AEROSTACK_CONFIG_DIR: "/nonexistent/aerostack",
  };
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) own[name] = value;
  }
  return own;
}
