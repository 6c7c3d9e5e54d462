/** What `deno test` prints of a run, as far as running again what failed needs it. */
import { stripVTControlCharacters } from "node:util";

/** What one run of `deno test` came to. */
export interface TestReport {
  passed: number;
  failed: number;
  failures: readonly TestFailure[];
}

/** One line of the list of failures. */
export interface TestFailure {
  /** As it was printed: the test's name and place, or the module that threw outside of a test. */
  line: string;
  /** The file the test is in, or the module: as printed, from the folder of the run. */
  file: string;
}

/** Reads a run's output; undefined where the summary is missing, as after a crash. */
export function readTestReport(output: string): TestReport | undefined {
  const lines = stripVTControlCharacters(output).split("\n");
  const summary = lines.findLast((line) => /^(ok|FAILED) \| \d+ passed/.test(line));
  if (summary === undefined) return undefined;

  const heading = lines.findLastIndex((line) => line.trim() === "FAILURES");
  const listed = heading < 0 ? [] : lines.slice(heading + 1, lines.lastIndexOf(summary));
  return {
    passed: countOf(summary, "passed"),
    failed: countOf(summary, "failed"),
    failures: listed.flatMap((line) => {
      const file = /=> (\S+?):\d+:\d+$/.exec(line)?.[1] ??
        /^(\S+) \(uncaught error\)$/.exec(line)?.[1];
      return file === undefined ? [] : [{ line, file }];
    }),
  };
}

function countOf(summary: string, what: string): number {
  return Number(new RegExp(`(\\d+) ${what}`).exec(summary)?.[1] ?? 0);
}
