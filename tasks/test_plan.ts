/**
 * Files that run on the newest Deno only: their counts are large, their program from npm needs a
 * newer one, they look at clients and servers without the gateway, or at pages in a browser, to
 * which it is one which Deno sent them.
 */
export const NEWEST_ONLY: readonly string[] = [
  "tests/arguments/redaction_test.ts",
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
];

/**
 * The files that take the longest, the longest first. Deno goes through the folders in an order
 * of its own and keeps ours inside of them, so that no folder ends with a long one.
 */
export const LONGEST: readonly string[] = [
  "tests/interop/matrix_test.ts",
  "tests/interop/call_log_kill_test.ts",
  "tests/gateway/many_echoes_test.ts",
  "tests/pages/every_page_test.ts",
  "tests/interop/features_matrix_test.ts",
  "tests/interop/servers_apart_test.ts",
  "tests/interop/features_two_processes_test.ts",
  "tests/upstream/failures_test.ts",
  "tests/conformance/gateway_test.ts",
  "tests/conformance/borders_test.ts",
  "tests/conformance/client_test.ts",
  "tests/interop/kill_test.ts",
  "tests/pages/journey_test.ts",
  "tests/arguments/redaction_test.ts",
  "tests/interop/large_texts_test.ts",
  "tests/interop/direct_test.ts",
  "tests/upstream/timeouts_test.ts",
];

/** The files of one run, in the order in which they begin; all but those that are left out. */
export function planTests(
  found: readonly string[],
  leftOut: readonly string[],
  first: readonly string[] = LONGEST,
): string[] {
  for (const path of [...leftOut, ...first]) {
    if (!found.includes(path)) throw new Error(`Cannot plan the tests: there is no ${path}`);
  }

  const rest = found.filter((path) => !first.includes(path)).sort();
  return [...first, ...rest].filter((path) => !leftOut.includes(path));
}

/** How many files run at once: most of them wait for timers and other processes half of the time. */
export function jobsFor(cores: number): number {
  return Math.ceil(cores * 1.5);
}
