import { Load, type Round } from "./load.ts";
import type { Era, Target } from "./protocol.ts";
import { summarise } from "./report.ts";

const CONNECTIONS = [1, 16, 64];
const SIZE_BYTES = 1024;
const WARM_UP_MS = 3_000;
const ROUND_MS = 300;
const ROUNDS = 24;

/**
 * Prints how many calls a second one target makes beside another, in both eras and with few
 * and many connections; gives the worst ratio.
 */
export async function compare(without: Target, withIt: Target): Promise<number> {
  let worst = Number.POSITIVE_INFINITY;
  console.log("era     connections   without/s      with/s   ratio");
  for (const era of ["modern", "legacy"] as const) {
    for (const connections of CONNECTIONS) {
      const { rates, ratio } = await inTurns(without, withIt, era, connections);
      worst = Math.min(worst, ratio);
      const cells = rates.map((rate) => Math.round(rate).toLocaleString("en").padStart(12));
      console.log(
        `${era.padEnd(8)}${String(connections).padStart(11)}${cells.join("")}` +
          ratio.toFixed(2).padStart(8),
      );
    }
  }
  return worst;
}

/**
 * The calls a second at both, driven in turns, and the median of the turns' ratios: what
 * else the machine does hits neighbours alike.
 */
export async function inTurns(
  without: Target,
  withIt: Target,
  era: Era,
  connections: number,
): Promise<{ rates: [number, number]; ratio: number }> {
  using load = await Load.open(without, era, SIZE_BYTES, connections);
  using loadWithIt = await Load.open(withIt, era, SIZE_BYTES, connections);
  const rounds: [Round[], Round[]] = [[], []];

  for (const one of [load, loadWithIt]) await one.run(WARM_UP_MS / 2);
  for (let turn = 0; turn < ROUNDS; turn++) {
    rounds[0].push(await load.run(ROUND_MS));
    rounds[1].push(await loadWithIt.run(ROUND_MS));
  }

  const rate = ({ requests, elapsedMs }: Round) => requests / elapsedMs;
  const ratios = rounds[0].map((round, turn) => rate(rounds[1][turn]) / rate(round))
    .sort((a, b) => a - b);
  const rates = [summarise(rounds[0]).perSecond, summarise(rounds[1]).perSecond] as const;
  return { rates: [...rates], ratio: ratios[ROUNDS / 2] };
}
