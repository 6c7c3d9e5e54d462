import assert from "node:assert/strict";
import { compare, summaryOf } from "../_support/conformance_compare.ts";
import { startConformanceFixture } from "../_support/conformance_fixture.ts";
import { startConformanceGateway } from "../_support/conformance_gateway.ts";
import { faultsOf, type Revision, SERVER_SUITES } from "../_support/conformance_suite.ts";

const REVISIONS = Object.keys(SERVER_SUITES) as Revision[];

Deno.test("a server of both eras passes through the gateway whatever it passes itself", async (t) => {
  await using fixture = startConformanceFixture("both");
  await using front = await startConformanceGateway("both");

  for (const revision of REVISIONS) {
    const comparison = await compare(fixture.url, front.urlOf("both"), revision);

    await t.step(summaryOf(`${revision}, server of both eras`, comparison), () => {
      const { direct, losses } = comparison;
      assert.ok(direct.scenarios.size > 0, direct.printed);
      const scored = [...direct.scenarios.values()].filter(({ isScored }) => isScored);
      assert.deepEqual(scored.flatMap(faultsOf), [], "the fixture itself passes what is scored");
      assert.deepEqual(losses, []);
    });
  }
});
