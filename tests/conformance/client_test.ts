import assert from "node:assert/strict";
import { playClient } from "../_support/conformance_scripts.ts";
import { faultsOf, type Revision, testClient } from "../_support/conformance_suite.ts";
import { openWorkspace, startGateway } from "../_support/gateway.ts";

/** The suite's scenarios for clients that concern a gateway, each at its revisions. */
const SCENARIOS: Record<string, readonly Revision[]> = {
  initialize: ["2025-11-25"],
  tools_call: ["2025-11-25", "2026-07-28"],
  "sse-retry": ["2025-11-25"],
  "request-metadata": ["2026-07-28"],
  "http-standard-headers": ["2026-07-28"],
  "http-custom-headers": ["2026-07-28"],
  "http-invalid-tool-headers": ["2026-07-28"],
  "sep-2322-client-request-state": ["2026-07-28"],
  "json-schema-ref-no-deref": ["2026-07-28"],
  "json-schema-2020-12-preservation": ["2025-11-25", "2026-07-28"],
};

for (const era of ["legacy", "modern"] as const) {
  Deno.test(`the gateway is a good client of its servers, for a ${era} client`, async (t) => {
    await using gateway = await startGateway();
    const { token } = await openWorkspace(gateway, {});
    const client = { gateway, workspace: "team", token, era };

    for (const [scenario, revisions] of Object.entries(SCENARIOS)) {
      for (const revision of revisions) {
        await t.step(`${scenario} at ${revision}`, async () => {
          const { scenarios, printed } = await testClient(
            scenario,
            revision,
            (task) => playClient(task, client),
          );

          const report = scenarios.get(scenario);
          assert.ok(report !== undefined && report.checks.size > 0, printed);
          assert.deepEqual(faultsOf(report), [], printed);
        });
      }
    }
  });
}
