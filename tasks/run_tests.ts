/**
 * Prepares and runs all tests, several groups of files at once. With `--oldest`, without those
 * that run on the newest Deno only; DENO_JOBS says how many groups at once. Types are what
 * `deno task check` looks at. Once they ran, the last line is `N passed, N failed`.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ALONE, jobsFor, LONGEST, NEWEST_ONLY, planTests } from "./test_plan.ts";
import { runTests } from "./test_runner.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const found = readdirSync(`${ROOT}tests`, { recursive: true, encoding: "utf8" })
  .map((path) => `tests/${path.replaceAll("\\", "/")}`)
  .filter((path) => /_test\.tsx?$/.test(path));
const groups = planTests(found, {
  leftOut: Deno.args.includes("--oldest") ? NEWEST_ONLY : [],
  longest: LONGEST,
  alone: ALONE,
});
Deno.exit(await prepareAndRun());

async function prepareAndRun(): Promise<number> {
  const { code: unprepared } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tasks/prepare_tests.ts"],
    cwd: ROOT,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (unprepared !== 0) return unprepared;

  const { passed, failed, unsteady, code } = await runTests(groups, {
    root: ROOT,
    jobs: Number(Deno.env.get("DENO_JOBS")) || jobsFor(navigator.hardwareConcurrency),
    write: (text) => writeFileSync(1, text),
  });
  if (unsteady.length > 0) {
    console.log(
      "\nFailed beside others, and held when run once more alone; such a test wants mending:",
    );
    for (const { line } of unsteady) console.log(`  ${line}`);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  return code;
}
