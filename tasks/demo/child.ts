import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** How to start a server, and what it prints when it is there. */
export interface ChildPlan {
  /** What people call it. */
  title: string;
  /** Arguments of `deno`. */
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** Its first group is the server's address. */
  ready: RegExp;
}

/** How long a server may take to start; the first time it also builds. */
const START_MS = 180_000;

/** How long it may take to end before it is killed. */
const GRACE_MS = 6_000;

/** How many of its last lines are kept. */
const KEPT_LINES = 500;

/** A server that the demo started, as a process of its own. */
export class Child implements AsyncDisposable {
  readonly title: string;
  /** Its last lines, from both outputs. */
  readonly lines: string[] = [];
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #process;
  readonly #address = Promise.withResolvers<string>();

  constructor({ title, args, cwd, env, ready }: ChildPlan) {
    this.title = title;
    this.#process = spawn(Deno.execPath(), args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.#process, "exit").then(() => {});
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      createInterface({ input: output }).on("line", (line) => this.#hear(line, ready));
    }
  }

  /** Resolves with its address when it is there; throws when it does not get there. */
  async untilReady(): Promise<string> {
    const late = deadline(START_MS);
    const url = await Promise.race([this.#address.promise, this.ended, late.passed]);
    late.cancel();
    if (typeof url === "string") return url;
    throw new Error(`${this.title} did not start`);
  }

  /** Ends it by its process id: asks first, kills when it does not listen. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGTERM");

    const late = deadline(GRACE_MS);
    await Promise.race([this.ended, late.passed]);
    late.cancel();
    this.#process.kill("SIGKILL");
    await this.ended;
  }

  #hear(line: string, ready: RegExp): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();

    const [, url] = ready.exec(line) ?? [];
    if (url !== undefined) this.#address.resolve(url);
  }
}

function deadline(ms: number) {
  const { promise: passed, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return { passed, cancel: () => clearTimeout(timer) };
}
