import assert from "node:assert/strict";
import { compare, summaryOf } from "../_support/conformance_compare.ts";
import { startConformanceFixture } from "../_support/conformance_fixture.ts";
import { startConformanceGateway } from "../_support/conformance_gateway.ts";
import { BORDER_LIMITS } from "./border_limits.ts";

const BORDERS = {
  legacy: ["2026-07-28"],
  modern: ["2025-11-25", "2025-06-18", "2025-03-26"],
} as const;

for (const server of ["legacy", "modern"] as const) {
  Deno.test(`all but the limits of the border passes from a ${server} server`, async (t) => {
    await using fixture = startConformanceFixture("both");
    await using front = await startConformanceGateway(server);
    const met = new Set<string>();

    for (const revision of BORDERS[server]) {
      await t.step(`to a client of ${revision}`, async () => {
        const comparison = await compare(fixture.url, front.urlOf(server), revision);

        console.log(summaryOf(`${revision}, a ${server} server`, comparison));
        const { direct, losses } = comparison;
        assert.ok(direct.scenarios.size > 0, direct.printed);
        for (const { scenario, check } of losses) met.add(`${scenario}:${check}`);
        const limits = new Set(limitsOf(server));
        assert.deepEqual(losses.filter((l) => !limits.has(`${l.scenario}:${l.check}`)), []);
      });
    }

    await t.step("and each of those limits is one", () => {
      assert.deepEqual(limitsOf(server).filter((limit) => !met.has(limit)), []);
    });
  });
}

function limitsOf(server: "legacy" | "modern"): string[] {
  return BORDER_LIMITS.filter((limit) => limit.server === server)
    .map(({ scenario, check }) => `${scenario}:${check}`);
}
