import assert from "node:assert/strict";
import { lossesBetween, summaryOf } from "../_support/conformance_compare.ts";
import { startConformanceFixture } from "../_support/conformance_fixture.ts";
import { startConformanceGateway } from "../_support/conformance_gateway.ts";
import { type Revision, SERVER_SUITES, testServer } from "../_support/conformance_suite.ts";

const REVISIONS = Object.keys(SERVER_SUITES) as Revision[];

Deno.test("a server of both eras passes through the gateway whatever it passes itself", async (t) => {
  await using fixture = startConformanceFixture("both");
  await using front = await startConformanceGateway("both");

  for (const revision of REVISIONS) {
    await t.step(`a client of ${revision}`, async () => {
      const direct = await testServer(fixture.url, revision);
      const through = await testServer(front.urlOf("both"), revision);

      console.log(summaryOf(`${revision}, both eras`, direct, through));
      assert.ok(through.scenarios.size > 0, through.printed);
      assert.deepEqual(lossesBetween(direct, through), []);
    });
  }
});
