import { faultsOf, type ScenarioReport, type SuiteReport } from "./conformance_suite.ts";

/** One check that came out worse through the gateway than from the server itself. */
export interface Loss {
  scenario: string;
  check: string;
  reason: string;
}

/** What is lost when a gateway stands in between; nothing, if it is a good one. */
export function lossesBetween(direct: SuiteReport, through: SuiteReport): Loss[] {
  return [...direct.scenarios.values()].flatMap((before) =>
    lossesIn(before, through.scenarios.get(before.name))
  );
}

/** One line of the table that a run prints. */
export function summaryOf(title: string, direct: SuiteReport, through: SuiteReport): string {
  const cells = [direct, through].map(({ scenarios }) => {
    const all = [...scenarios.values()];
    const passed = all.filter((report) => faultsOf(report).length === 0).length;
    const checks = all.flatMap(({ checks }) => [...checks.values()]);
    const good = checks.filter(({ status }) => status === "SUCCESS").length;
    return `${passed} of ${all.length} scenarios, ${good} checks`.padEnd(34);
  });
  return `${title.padEnd(40)} direct: ${cells[0]} gateway: ${cells[1]}`.trimEnd();
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
