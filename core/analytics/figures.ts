import { Outcome } from "../calls/call.ts";
import { LatencySketch } from "./latency_sketch.ts";
import type { Figures } from "./report.ts";
import { addTally, callsIn, noOutcomes, type Tally } from "./tally.ts";

/** Sums of tallies; what else a tally says is of the one that was used last. */
export class Sum {
  readonly tally: Tally;
  /** Whose calls these are, as far as the tallies tell. */
  readonly tokenIds: Set<Tally["tokenId"]> = new Set();

  /** Begins with nothing; this tally says what the sum is of, and is to be added, too. */
  constructor(like: Tally) {
    const counts = { outcomes: noOutcomes(), bytesIn: 0, bytesOut: 0, lastUsed: "" };
    this.tally = { ...like, ...counts, latency: new LatencySketch() };
  }

  add(tally: Tally): void {
    addTally(this.tally, tally);
    this.tokenIds.add(tally.tokenId);
  }
}

/** Several sums together; `null` for none. */
export function totalOf(sums: readonly Sum[]): Sum | null {
  if (sums.length === 0) return null;
  const total = new Sum(sums[0].tally);
  for (const { tally } of sums) total.add(tally);
  return total;
}

/** What a report says of a sum; of none that there were no calls. */
export function figuresOf(sum: Sum | null): Figures {
  if (sum === null) return { ...ofOutcomes({}), bytesIn: 0, bytesOut: 0 };
  const { outcomes, bytesIn, bytesOut, latency, lastUsed } = sum.tally;
  return {
    ...ofOutcomes(happened(outcomes)),
    bytesIn,
    bytesOut,
    p50Ms: shortened(latency.quantile(0.5)),
    p95Ms: shortened(latency.quantile(0.95)),
    p99Ms: shortened(latency.quantile(0.99)),
    lastUsed: lastUsed === "" ? null : lastUsed,
  };
}

/** What is known of the calls that ended in one way: how many they are. */
export function figuresOfOutcome(outcome: Outcome, calls: number): Figures {
  return ofOutcomes({ [outcome]: calls });
}

function ofOutcomes(outcomes: Figures["outcomes"]): Figures {
  return {
    ...callsIn({ outcomes: { ...noOutcomes(), ...outcomes } }),
    outcomes,
    bytesIn: null,
    bytesOut: null,
    p50Ms: null,
    p95Ms: null,
    p99Ms: null,
    lastUsed: null,
  };
}

function happened(outcomes: Tally["outcomes"]): Figures["outcomes"] {
  const all = Outcome.options.map((outcome) => [outcome, outcomes[outcome]] as const);
  return Object.fromEntries(all.filter(([, calls]) => calls > 0));
}

/** Three digits are more than a sketch knows. */
function shortened(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toPrecision(3));
}
