import assert from "node:assert/strict";
import { runEchoes, SMALL_PIECES } from "./_echoes.ts";

Deno.test("of 100,000 responses that echo a key in any form and place, none shows it", async () => {
  const run = {
    count: 100_000,
    seed: 4929,
    width: 48,
    padding: { min: 0, max: 20_000, share: 0.01 },
    sizes: SMALL_PIECES,
  };

  const { responses, leaked } = await runEchoes(run);

  assert.deepEqual(leaked.slice(0, 3), []);
  assert.equal(responses, run.count);
});
