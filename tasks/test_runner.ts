/** Runs groups of test files by `deno test`, and once more, alone, the files of what failed. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestGroup } from "./test_plan.ts";
import { readTestReport, type TestFailure, type TestReport } from "./test_report.ts";

/** With more files than these, something is broken, and a second run would only take time. */
const MOST_AGAIN = 8;

/** How a run is made. */
export interface RunOptions {
  /** The project's folder, in which the tests run. */
  root: string;
  /** How many groups run at once. */
  jobs: number;
  /** Takes what is printed meanwhile. */
  write(text: Uint8Array): void;
}

/** What a run came to. */
export interface RunOutcome {
  passed: number;
  failed: number;
  /** Failures of files that held when they ran once more with nothing beside them. */
  unsteady: readonly TestFailure[];
  /** Exit code 0 only if nothing failed in the end. */
  code: number;
}

/**
 * Runs all groups, each by a module that imports its files.
 *
 * Deno goes through folders in an order of its own and keeps the order of files inside of one:
 * so all of these modules are in one folder.
 */
export async function runTests(
  groups: readonly TestGroup[],
  options: RunOptions,
): Promise<RunOutcome> {
  const folder = await Deno.makeTempDir({ prefix: "aerostack_tests_" });
  try {
    const modules = groups.map((group) => join(folder, `${group.name}.js`));
    for (const [at, group] of groups.entries()) {
      Deno.writeTextFileSync(modules[at], importing(group, options.root));
    }

    const first = await denoTest(["--parallel", ...modules], options);
    if (first.code === 0 || first.report === undefined) return outcomeOf(first);
    const again = filesOf(first.report, options.root);
    const planned = new Set([...modules, ...groups.flatMap(({ files }) => files)]
      .map((file) => resolve(options.root, file)));
    // A step that another module makes is listed there, where there is no test to run again.
    const canRun = again.length > 0 && again.every((file) => planned.has(file));
    if (!canRun || again.length > MOST_AGAIN) return outcomeOf(first);

    say(options, `\nOnce more, with nothing beside them: ${again.length} file(s) with failures\n`);
    const second = await denoTest(again, options);
    // What ran nothing says nothing.
    return second.report === undefined || second.report.passed + second.report.failed === 0
      ? outcomeOf(first)
      : together(first.report, second.report, second.code);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface TestRun {
  code: number;
  report: TestReport | undefined;
}

async function denoTest(args: readonly string[], options: RunOptions): Promise<TestRun> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--config", "deno.json", "--quiet", "--no-check", ...args],
    cwd: options.root,
    env: { DENO_JOBS: String(options.jobs) },
    stdin: "inherit",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();

  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    options.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const { code } = await child.status;
  return { code, report: readTestReport(output) };
}

/** What a run without a second one came to; without a summary, it counts as one failure. */
function outcomeOf({ code, report }: TestRun): RunOutcome {
  const { passed = 0, failed = 0 } = report ?? {};
  return { passed, failed: code === 0 ? 0 : Math.max(failed, 1), unsteady: [], code };
}

/** A second run says what still fails; the first, how many there are in all. */
function together(first: TestReport, second: TestReport, code: number): RunOutcome {
  const failed = code === 0 ? 0 : Math.min(Math.max(second.failed, 1), first.failed);
  const still = new Set(second.failures.map(({ file }) => file));
  return {
    passed: first.passed + first.failed - failed,
    failed,
    unsteady: first.failures.filter(({ file }) => !still.has(file)),
    code,
  };
}

function filesOf({ failures }: TestReport, root: string): string[] {
  return [...new Set(failures.map(({ file }) => resolve(root, file)))];
}

function importing({ files }: TestGroup, root: string): string {
  return files.map((file) => `import ${JSON.stringify(pathToFileURL(join(root, file)))};\n`)
    .join("");
}

function say({ write }: RunOptions, text: string): void {
  write(new TextEncoder().encode(text));
}
