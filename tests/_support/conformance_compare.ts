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

/** One line of the table that a run prints. */
export function summaryOf(title: string, { direct, through }: Comparison): string {
  const [itself, gateway] = [direct, through].map(({ scenarios }) => {
    const all = [...scenarios.values()];
    const passed = all.filter((report) => faultsOf(report).length === 0).length;
    const checks = all.flatMap(({ checks }) => [...checks.values()]);
    const good = checks.filter(({ status }) => status === "SUCCESS").length;
    return `${passed} of ${all.length} scenarios, ${good} checks`;
  });
  return `${title.padEnd(28)} | server: ${itself?.padEnd(30)} | gateway: ${gateway}`;
}

function lossesOf(name: string, before: SuiteReport, after: SuiteReport): Loss[] {
  const report = before.scenarios.get(name);
  return report === undefined ? [] : lossesIn(report, after.scenarios.get(name));
}

function lossesIn(before: ScenarioReport, after: ScenarioReport | undefined): Loss[] {
  const scenario = before.name;
  const losses = (after === undefined ? [] : faultsOf(after)).map(({ id, errorMessage }) => ({
    scenario,
    check: id,
    reason: errorMessage ?? "it failed",
  }));
  for (const { id, status } of before.checks.values()) {
    if (status !== "SUCCESS" || losses.some(({ check }) => check === id)) continue;
    const outcome = after?.checks.get(id)?.status;
    const isKept = outcome === "SUCCESS" || outcome === "INFO";
    if (!isKept) losses.push({ scenario, check: id, reason: outcome ?? "it was not reached" });
  }
  // What the server itself does not pass is no loss.
  const failedBefore = new Set(faultsOf(before).map(({ id }) => id));
  return losses.filter(({ check }) => !failedBefore.has(check));
}
