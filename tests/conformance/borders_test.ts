import assert from "node:assert/strict";
import { compare, type Loss, summaryOf } from "../_support/conformance_compare.ts";
import { startConformanceFixture } from "../_support/conformance_fixture.ts";
import { startConformanceGateway } from "../_support/conformance_gateway.ts";
import { BORDER_LIMITS, type BorderLimit } from "./border_limits.ts";

const BORDERS = {
  legacy: ["2026-07-28"],
  modern: ["2025-11-25", "2025-06-18", "2025-03-26"],
} as const;

for (const server of ["legacy", "modern"] as const) {
  Deno.test(`all but the limits of the border passes from a ${server} server`, async (t) => {
    await using fixture = startConformanceFixture("both");
    await using front = await startConformanceGateway(server);
    const limits = BORDER_LIMITS.filter((limit) => limit.server === server).flatMap(eachOf);
    const all: Loss[] = [];

    for (const revision of BORDERS[server]) {
      const comparison = await compare(fixture.url, front.urlOf(server), revision);

      await t.step(summaryOf(`${revision}, ${server} server`, comparison), () => {
        const { direct, losses } = comparison;
        assert.ok(direct.scenarios.size > 0, direct.printed);
        all.push(...losses);
        const unexplained = losses.filter((loss) => !limits.some((limit) => covers(limit, loss)));
        assert.deepEqual(unexplained, []);
      });
    }

    await t.step(`each of its ${limits.length} limits is one`, () => {
      const stale = limits.filter((limit) => !all.some((loss) => covers(limit, loss)));
      assert.deepEqual(stale, []);
    });
  });
}

/** One limit for each of its checks, so that none of them hides behind the others. */
function eachOf(limit: BorderLimit): BorderLimit[] {
  return limit.checks?.map((check) => ({ ...limit, checks: [check] })) ?? [limit];
}

function covers(limit: BorderLimit, loss: Loss): boolean {
  return limit.scenario === loss.scenario && (limit.checks ?? [loss.check]).includes(loss.check);
}
