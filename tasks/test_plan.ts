/**
 * Files that run on the newest Deno only: their counts are large, their program from npm needs a
 * newer one, they look at clients and servers without the gateway, at pages in a browser, to
 * which it is one which Deno sent them, or at nothing but our own texts.
 */
export const NEWEST_ONLY: readonly string[] = [
  "tests/architecture_test.ts",
  "tests/arguments/redaction_test.ts",
  "tests/conformance/border_docs_test.ts",
  "tests/conformance/borders_test.ts",
  "tests/conformance/client_test.ts",
  "tests/gateway/many_echoes_test.ts",
  "tests/interop/call_log_kill_test.ts",
  "tests/interop/access_ends_test.ts",
  "tests/interop/connect_desktop_test.ts",
  "tests/interop/direct_test.ts",
  "tests/interop/hostile_memory_test.ts",
  "tests/interop/large_texts_test.ts",
  "tests/interop/matrix_test.ts",
  "tests/pages/every_page_test.ts",
  "tests/pages/add_server_browser_test.ts",
  "tests/pages/browser_test.ts",
  "tests/pages/github_browser_test.ts",
  "tests/pages/journey_test.ts",
  "tests/pages/keys_browser_test.ts",
  "tests/pages/live_browser_test.ts",
  "tests/pages/people_browser_test.ts",
  "tests/pages/playground_browser_test.ts",
  "tests/pages/server_browser_test.ts",
  "tests/pages/workspace_browser_test.ts",
  "tests/secrets/leak_scanner_test.ts",
];

/** The files that take the longest, the longest first: the rest fills what they leave. */
export const LONGEST: readonly string[] = [
  "tests/gateway/many_echoes_test.ts",
  "tests/interop/matrix_test.ts",
  "tests/pages/every_page_test.ts",
  "tests/conformance/borders_test.ts",
  "tests/interop/kill_test.ts",
  "tests/conformance/gateway_test.ts",
  "tests/interop/large_texts_test.ts",
  "tests/analytics/faults_test.ts",
  "tests/interop/features_two_processes_test.ts",
  "tests/interop/features_matrix_test.ts",
  "tests/interop/servers_apart_test.ts",
  "tests/pages/journey_test.ts",
  "tests/races/admin_races_test.ts",
  "tests/interop/call_log_kill_test.ts",
  "tests/interop/restart_test.ts",
  "tests/conformance/client_test.ts",
  "tests/webhooks/real_gateway_test.ts",
  "tests/interop/access_ends_test.ts",
  "tests/interop/definition_changes_test.ts",
  "tests/interop/direct_test.ts",
  "tests/interop/two_processes_test.ts",
  "tests/upstream/failures_test.ts",
  "tests/interop/hostile_memory_test.ts",
  "tests/analytics/report_property_test.ts",
  "tests/interop/rotation_test.ts",
  "tests/upstream/timeouts_test.ts",
  "tests/upstream/adversaries_test.ts",
];

/**
 * What shares no isolate: files and folders that look at all memory of theirs, at what is open
 * before and after each test, or at what a module does while it is loaded; and those with
 * processes and browsers, which take longer than loading.
 */
export const ALONE: readonly string[] = [
  "tests/compat/",
  "tests/conformance/",
  "tests/gateway/plaintext_lifetime_test.ts",
  "tests/interop/",
  "tests/kv/",
  "tests/mcp/byte_pile_test.ts",
  "tests/pages/analytics_test.ts",
  "tests/pages/connect_test.ts",
  "tests/pages/live_processes_test.ts",
  "tests/secrets/leak_scanner_test.ts",
  "tests/telemetry/",
  "tests/upstream/server_watches_test.ts",
  "tests/upstream/session_retention_test.ts",
];

/** Folders that take long together, and so begin before the others; a run ends with short ones. */
const LONG_FOLDERS = [
  "pages_browser",
  "upstream",
  "analytics",
  "gateway",
  "pages",
  "fuzz",
  "access",
];

/** About how many files share an isolate. */
const TOGETHER = 8;

/** What a plan is made by. */
export interface PlanRules {
  leftOut: readonly string[];
  longest: readonly string[];
  alone: readonly string[];
}

/** Files whose tests run one after the other in one isolate, which loads once what they share. */
export interface TestGroup {
  /** As a file can be called. */
  name: string;
  files: string[];
}

/** The groups of one run, in the order in which they begin; all files but those left out. */
export function planTests(
  found: readonly string[],
  { leftOut, longest, alone }: PlanRules,
): TestGroup[] {
  for (const path of [...leftOut, ...longest, ...alone]) {
    if (!found.some((file) => isAt(file, path))) {
      throw new Error(`Cannot plan the tests: there is no ${path}`);
    }
  }

  const files = found.filter((file) => !leftOut.includes(file)).sort();
  const first = longest.filter((file) => files.includes(file));
  const rest = files.filter((file) => !first.includes(file));
  const isAlone = (file: string) => alone.some((path) => isAt(file, path));
  return [
    ...[...first, ...rest.filter(isAlone)].map((file) => ({ name: nameOf(file), files: [file] })),
    ...togetherByFolder(rest.filter((file) => !isAlone(file))),
  ];
}

/** How many groups run at once: most tests wait half of the time. */
export function jobsFor(cores: number): number {
  return cores * 2;
}

function isAt(file: string, path: string): boolean {
  return path.endsWith("/") ? file.startsWith(path) : file === path;
}

/** Files of one folder together, since they load much of the same; small folders are joined. */
function togetherByFolder(files: readonly string[]): TestGroup[] {
  const folders = Map.groupBy(files, folderOf);
  const long = LONG_FOLDERS.filter((folder) => folders.has(folder));
  const short = [...folders.keys()].filter((folder) => !long.includes(folder));
  const groups: TestGroup[] = [];
  let names: string[] = [];
  let waiting: string[] = [];

  for (const folder of [...long, ...short]) {
    names.push(folder);
    waiting.push(...folders.get(folder) ?? []);
    const isLast = folder === short.at(-1);
    if (waiting.length < TOGETHER / 2 && !isLast) continue;
    groups.push(...dealt(waiting, names.join("_")));
    names = [];
    waiting = [];
  }
  return groups;
}

/** Neighbours go into different groups, for they often take alike. */
function dealt(files: readonly string[], name: string): TestGroup[] {
  const count = Math.ceil(files.length / TOGETHER);
  return Array.from({ length: count }, (_, group) => ({
    name: count === 1 ? name : `${name}_${group + 1}`,
    files: files.filter((_, at) => at % count === group),
  }));
}

/** Its folder's name. What has a browser is apart: its processes end between tests of others. */
function folderOf(file: string): string {
  const folder = file.split("/").at(-2) ?? "";
  return /browser_test\.tsx?$/.test(file) ? `${folder}_browser` : folder;
}

function nameOf(file: string): string {
  return file.split("/").slice(1).join(".").replace(/\.tsx?$/, "");
}
