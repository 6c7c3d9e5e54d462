/**
 * Prepares and runs all tests, several files at once. With `--oldest`, without those that run
 * on the newest Deno only; DENO_JOBS says how many files at once. Types are what
 * `deno task check` looks at.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { jobsFor, NEWEST_ONLY, planTests } from "./test_plan.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const found = readdirSync(`${ROOT}tests`, { recursive: true, encoding: "utf8" })
  .map((path) => `tests/${path.replaceAll("\\", "/")}`)
  .filter((path) => /_test\.tsx?$/.test(path));
const files = planTests(found, Deno.args.includes("--oldest") ? NEWEST_ONLY : []);

await run(["run", "-A", "tasks/prepare_tests.ts"]);
await run(["test", "-A", "--quiet", "--no-check", "--parallel", ...files]);

/** Runs this Deno with the arguments, and ends with its exit code where that is not 0. */
async function run(args: readonly string[]): Promise<void> {
  const jobs = Deno.env.get("DENO_JOBS") ?? String(jobsFor(navigator.hardwareConcurrency));
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { DENO_JOBS: jobs },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
