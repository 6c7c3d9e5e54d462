import { type Call, Outcome, type RecordedMethod } from "../calls/call.ts";
import type { ServerId, TokenId } from "../ids.ts";
import { LatencySketch } from "./latency_sketch.ts";

const OUTCOMES = Outcome.options;

/** Calls that differ in nothing but time and outcome, counted together. */
export interface Tally {
  tokenId: TokenId;
  /** The person's name and address, as the token says them. */
  person: string;
  email: string | null;
  /** `null` when the name belonged to no installed server. */
  serverId: ServerId | null;
  /** The server's slug when it was called. */
  server: string | null;
  method: RecordedMethod;
  /** The own name of the tool or prompt, or the resource's URI. */
  tool: string;
  /** How many calls ended in each way. */
  outcomes: Record<Outcome, number>;
  bytesIn: number;
  bytesOut: number;
  latency: LatencySketch;
  /** When the last of them arrived; ISO 8601, UTC. */
  lastUsed: string;
}

/** What calls that are counted together have in common, as a text. */
export function tallyKey(
  { tokenId, serverId, server, method, tool }: Pick<
    Tally,
    "tokenId" | "serverId" | "server" | "method" | "tool"
  >,
): string {
  return JSON.stringify([tokenId, serverId, server, method, tool]);
}

/** One call, counted. */
export function tallyOf(call: Call): Tally {
  const { tokenId, person, email, serverId, server, method, tool, bytesIn, bytesOut } = call;
  const latency = new LatencySketch();
  latency.add(call.durationMs);
  return {
    tokenId,
    person,
    email,
    serverId,
    server,
    method,
    tool,
    outcomes: { ...noOutcomes(), [call.outcome]: 1 },
    bytesIn,
    bytesOut,
    latency,
    lastUsed: call.at,
  };
}

/** Adds what another tally counted; names are those of the one that was used last. */
export function addTally(sum: Tally, { outcomes, ...more }: Tally): void {
  for (const outcome of OUTCOMES) {
    // Most calls end in one way.
    if (outcomes[outcome] > 0) sum.outcomes[outcome] += outcomes[outcome];
  }
  sum.bytesIn += more.bytesIn;
  sum.bytesOut += more.bytesOut;
  sum.latency.merge(more.latency);
  if (more.lastUsed < sum.lastUsed) return;
  sum.lastUsed = more.lastUsed;
  sum.person = more.person;
  sum.email = more.email;
}

/** How many calls a tally counted, and how many of them did not do what was asked. */
export function callsIn({ outcomes }: Pick<Tally, "outcomes">): { calls: number; errors: number } {
  const calls = Outcome.options.reduce((sum, outcome) => sum + outcomes[outcome], 0);
  return { calls, errors: calls - outcomes.ok - outcomes.input_required };
}

/** How many calls ended in each way, before any was counted. */
export function noOutcomes(): Record<Outcome, number> {
  return {
    ok: 0,
    tool_error: 0,
    protocol_error: 0,
    upstream_failure: 0,
    refused: 0,
    cancelled: 0,
    input_required: 0,
  };
}
