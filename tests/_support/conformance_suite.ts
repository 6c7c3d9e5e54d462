import { fileURLToPath } from "node:url";
import type { ClientTask } from "./conformance_scripts.ts";
import { NPM_PROGRAMS } from "./npm_programs.ts";
import { runNpmProgram } from "./npm_run.ts";
import { serveLocally } from "./upstream.ts";

/** How one check of the suite came out. */
export type CheckStatus = "SUCCESS" | "INFO" | "SKIPPED" | "WARNING" | "FAILURE";

/** One check; where a scenario repeats it, how it came out at its worst. */
export interface Check {
  id: string;
  status: CheckStatus;
  errorMessage?: string;
}

/** What one scenario found. */
export interface ScenarioReport {
  name: string;
  /** Whether conformance to the revision requires it; `true` where the suite does not say. */
  isScored: boolean;
  checks: Map<string, Check>;
}

/** What one run of the suite found. */
export interface SuiteReport {
  scenarios: Map<string, ScenarioReport>;
  /** Everything that was printed, for when a run cannot be understood. */
  printed: string;
}

/** The runs that a server has to stand, with the arguments that select their scenarios. */
export const SERVER_SUITES = {
  "2026-07-28": ["--requirements", "2026-07-28"],
  "2025-11-25": ["--requirements", "2025-11-25"],
  "2025-06-18": ["--suite", "all", "--spec-version", "2025-06-18"],
  "2025-03-26": ["--suite", "all", "--spec-version", "2025-03-26"],
} as const;

export type Revision = keyof typeof SERVER_SUITES;

const CLIENT = [
  ...[Deno.execPath(), "run", "--no-config", "--no-lock", "--allow-env", "--allow-net"],
  fileURLToPath(new URL("conformance_client.ts", import.meta.url)),
].join(" ");

const WORST_FIRST: readonly CheckStatus[] = ["FAILURE", "WARNING", "SUCCESS", "SKIPPED", "INFO"];

/** Runs the public conformance suite against a server, in a process of its own. */
export function testServer(url: string, revision: Revision): Promise<SuiteReport> {
  return runSuite(["server", "--url", url, ...SERVER_SUITES[revision]]);
}

/** Runs one scenario for servers. */
export async function testServerAlone(
  url: string,
  revision: Revision,
  scenario: string,
): Promise<ScenarioReport | undefined> {
  const args = ["server", "--url", url, "--scenario", scenario, "--spec-version", revision];
  // An extension is on no revision's timeline, so it has to be asked for.
  const { scenarios } = await runSuite([...args, "--force"]);
  return scenarios.get(scenario);
}

/**
 * Runs one of the suite's scenarios for clients.
 *
 * The suite starts a program that tells `onTask` about it, and looks at what arrives at a
 * server of its own until that is done.
 */
export async function testClient(
  scenario: string,
  revision: Revision,
  onTask: (task: ClientTask) => Promise<void>,
): Promise<SuiteReport> {
  await using test = serveLocally(async (request) => {
    try {
      await onTask(await request.json());
      return new Response();
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  });
  return await runSuite(
    ["client", "--command", CLIENT, "--scenario", scenario, "--spec-version", revision],
    { CONFORMANCE_TEST_URL: test.origin },
  );
}

/** Runs the suite with these arguments. Its exit code says less than its reports, which count. */
async function runSuite(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<SuiteReport> {
  const folder = await Deno.makeTempDir({ prefix: "aerostack-conformance-" });
  try {
    const printed = await runNpmProgram(NPM_PROGRAMS.conformance, {
      args: [...args, "--output-dir", folder],
      env,
    });
    return { scenarios: await readReports(folder, printed), printed };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is wrong in a report: failures and warnings, each with its scenario. */
export function faultsOf(report: ScenarioReport): Check[] {
  return [...report.checks.values()].filter(({ status }) =>
    status === "FAILURE" || status === "WARNING"
  );
}

async function readReports(
  folder: string,
  printed: string,
): Promise<Map<string, ScenarioReport>> {
  const unscored = new Set(matches(printed, /^ {2}[✓✗] (\S+) \(/gm));
  const reports = new Map<string, ScenarioReport>();
  // A scenario that threw has no file: its name is only in what was printed.
  for (const name of matches(printed, /^=== Running scenario: (\S+) ===$/gm)) {
    reports.set(name, {
      name,
      isScored: !unscored.has(name),
      checks: byId([{ id: name, status: "FAILURE", errorMessage: "it did not come to an end" }]),
    });
  }

  for await (const { path, name } of resultFolders(folder)) {
    const text = await Deno.readTextFile(`${path}/checks.json`).catch(() => "[]");
    const isScored = !unscored.has(name);
    reports.set(name, { name, isScored, checks: byId(JSON.parse(text) as Check[]) });
  }
  return reports;
}

/** The suite's folders, `server-<scenario>-<time>` or `<scenario>-<time>`. */
async function* resultFolders(folder: string): AsyncGenerator<{ path: string; name: string }> {
  for await (const { name } of Deno.readDir(folder)) {
    const scenario = /^(?:server-)?(.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/.exec(name)?.[1];
    if (scenario !== undefined) yield { path: `${folder}/${name}`, name: scenario };
  }
}

function byId(checks: readonly Check[]): Map<string, Check> {
  const found = new Map<string, Check>();
  for (const check of checks) {
    const known = found.get(check.id);
    const isWorse = known === undefined ||
      WORST_FIRST.indexOf(check.status) < WORST_FIRST.indexOf(known.status);
    if (isWorse) found.set(check.id, check);
  }
  return found;
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, name]) => name === undefined ? [] : [name]);
}
