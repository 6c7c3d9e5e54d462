import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What to run, and how to see that it is ready. */
export interface ProcessPlan {
  /** Arguments of the `deno` that runs the tests. */
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** A line of its output that says it is ready. */
  ready: RegExp;
  /** How long it may take until then; the first run also downloads packages. */
  readyWithinMs?: number;
}

/** A process of ours, ended when it goes out of scope. */
export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** The match of `ready` in its output. */
  readonly ready: RegExpMatchArray;
  /** Everything it printed so far, line by line. */
  readonly lines: readonly string[];
  /** Ends it with this signal and waits until it is gone. */
  end(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<void>;
  /** Resolves with its exit code; `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** How long a process may take to end before it is killed. */
const GRACE_MS = 8000;

/** Starts `deno` with arguments and resolves when it has printed that it is ready. */
export async function startProcess(plan: ProcessPlan): Promise<RunningProcess> {
  const child = spawn(Deno.execPath(), plan.args, {
    cwd: plan.cwd,
    env: { ...inheritedEnv(), NO_COLOR: "1", ...plan.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const { promise: ready, resolve: setReady } = Promise.withResolvers<RegExpMatchArray>();

  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on("line", (line) => {
      lines.push(line);
      const match = plan.ready.exec(line);
      if (match !== null) setReady(match);
    });
  }

  const exited = once(child, "exit").then(([code]) => code as number | null);
  const deadline = deadlineOf(plan.readyWithinMs ?? 120_000);
  const first = await Promise.race([ready, exited, deadline.passed]);
  deadline.clear();

  if (first === null || typeof first === "number" || first === "too late") {
    child.kill("SIGKILL");
    throw new Error(
      `Cannot start deno ${plan.args.join(" ")}: ${
        first === "too late" ? "it did not get ready" : `it ended with ${first}`
      }\n${lines.slice(-40).join("\n")}`,
    );
  }

  async function end(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const grace = deadlineOf(GRACE_MS);
    const outcome = await Promise.race([exited, grace.passed]);
    grace.clear();
    if (outcome !== "too late") return;
    child.kill("SIGKILL");
    await exited;
  }

  return {
    pid: child.pid ?? -1,
    ready: first,
    lines,
    exited,
    end,
    [Symbol.asyncDispose]: () => end("SIGTERM"),
  };
}

/** A port that was free a moment ago, for programs that cannot pick one themselves. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** The variables that a program needs to run; nothing that configures the gateway. */
export function inheritedEnv(): Record<string, string> {
  const names = [
    "PATH",
    "HOME",
    "TMPDIR",
    "DENO_DIR",
    "NPM_CONFIG_REGISTRY",
    "npm_config_registry",
  ];
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function deadlineOf(ms: number) {
  const { promise: passed, resolve } = Promise.withResolvers<"too late">();
  const timer = setTimeout(() => resolve("too late"), ms);
  return { passed, clear: () => clearTimeout(timer) };
}
