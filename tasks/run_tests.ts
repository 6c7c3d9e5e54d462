/**
 * Prepares and runs all tests, several groups of files at once. With `--oldest`, without those
 * that run on the newest Deno only; DENO_JOBS says how many groups at once. Types are what
 * `deno task check` looks at.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ALONE, jobsFor, LONGEST, NEWEST_ONLY, planTests, type TestGroup } from "./test_plan.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const found = readdirSync(`${ROOT}tests`, { recursive: true, encoding: "utf8" })
  .map((path) => `tests/${path.replaceAll("\\", "/")}`)
  .filter((path) => /_test\.tsx?$/.test(path));
const groups = planTests(found, {
  leftOut: Deno.args.includes("--oldest") ? NEWEST_ONLY : [],
  longest: LONGEST,
  alone: ALONE,
});

let code = await run(["run", "-A", "tasks/prepare_tests.ts"]);
if (code === 0) code = await runGroups();
Deno.exit(code);

/**
 * Runs all groups, each by a module that imports its files.
 *
 * Deno goes through folders in an order of its own and keeps the order of files inside of one:
 * so all of these modules are in one folder.
 */
async function runGroups(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "aerostack_tests_" });
  try {
    const modules = groups.map((group) => join(folder, `${group.name}.js`));
    for (const [at, group] of groups.entries()) {
      Deno.writeTextFileSync(modules[at], importing(group));
    }
    const options = ["--config", "deno.json", "--quiet", "--no-check", "--parallel"];
    return await run(["test", "-A", ...options, ...modules]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function importing({ files }: TestGroup): string {
  return files.map((file) => `import ${JSON.stringify(pathToFileURL(join(ROOT, file)))};\n`).join(
    "",
  );
}

/** Runs this Deno with the arguments; gives its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const jobs = Deno.env.get("DENO_JOBS") ?? String(jobsFor(navigator.hardwareConcurrency));
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { DENO_JOBS: jobs },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}
