import {
  faultsOf,
  type Revision,
  type ScenarioReport,
  type SuiteReport,
  testServer,
  testServerAlone,
} from "./conformance_suite.ts";

/** One check that came out worse through the gateway than from the server itself. */
export interface Loss {
  scenario: string;
  check: string;
  reason: string;
}

/** What the suite says of a server itself, and of the same through a gateway. */
export interface Comparison {
  direct: SuiteReport;
  through: SuiteReport;
  losses: Loss[];
}

/**
 * Runs the suite against a server and against a gateway before one.
 *
 * Some scenarios wait for less than a second, which a busy machine may miss. So one that
 * lost something is run once more, alone.
 */
export async function compare(
  direct: string,
  through: string,
  revision: Revision,
): Promise<Comparison> {
  const before = await testServer(direct, revision);
  const after = await testServer(through, revision);

  for (const { name } of before.scenarios.values()) {
    if (lossesOf(name, before, after).length === 0) continue;
    const again = await testServerAlone(through, revision, name);
    if (again !== undefined) after.scenarios.set(name, again);
  }

  const losses = [...before.scenarios.keys()].flatMap((name) => lossesOf(name, before, after));
  return { direct: before, through: after, losses };
}

/** What a comparison found, as the name of the step that judges it: nothing else is printed. */
export function summaryOf(title: string, { direct, through }: Comparison): string {
  return `${title.padEnd(34)}  server: ${countOf(direct)}  gateway: ${countOf(through)}`;
}

function countOf({ scenarios }: SuiteReport): string {
  const all = [...scenarios.values()];
  const passed = all.filter((report) => faultsOf(report).length === 0).length;
  const checks = all.flatMap(({ checks }) => [...checks.values()]);
  const good = checks.filter(({ status }) => status === "SUCCESS").length;
  return `${passed} of ${all.length} scenarios, ${good} checks`.padEnd(31);
}

function lossesOf(name: string, before: SuiteReport, after: SuiteReport): Loss[] {
  const report = before.scenarios.get(name);
  return report === undefined ? [] : lossesIn(report, after.scenarios.get(name));
}

/**
 * What the suite faults, and what it left out that it found good before.
 *
 * A check that is not there at all may be one that does not apply: a server may answer in
 * JSON where another one opens a stream.
 */
function lossesIn(before: ScenarioReport, after: ScenarioReport | undefined): Loss[] {
  const scenario = before.name;
  if (after === undefined) return [{ scenario, check: "any", reason: "it was not run" }];

  return [...after.checks.values()].flatMap(({ id, status, errorMessage }) => {
    const found = before.checks.get(id)?.status ?? "SUCCESS";
    const isWorse = ["FAILURE", "WARNING"].includes(status) ||
      (status === "SKIPPED" && found === "SUCCESS");
    // What the server itself does not pass is no loss.
    const isLoss = isWorse && (found === "SUCCESS" || found === "INFO");
    return isLoss ? [{ scenario, check: id, reason: errorMessage ?? status }] : [];
  });
}
