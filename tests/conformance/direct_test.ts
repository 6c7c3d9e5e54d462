import assert from "node:assert/strict";
import { startConformanceFixture } from "../_support/conformance_fixture.ts";
import {
  faultsOf,
  type Revision,
  SERVER_SUITES,
  testServer,
} from "../_support/conformance_suite.ts";

for (const revision of Object.keys(SERVER_SUITES) as Revision[]) {
  Deno.test(`the fixture itself passes everything that ${revision} requires`, async () => {
    await using fixture = startConformanceFixture("both");

    const { scenarios, printed } = await testServer(fixture.url, revision);

    assert.ok(scenarios.size > 0, printed);
    const failed = [...scenarios.values()].filter((report) =>
      report.isScored && faultsOf(report).length > 0
    );
    assert.deepEqual(failed.map(({ name, checks }) => [name, [...checks.values()]]), []);
  });
}
