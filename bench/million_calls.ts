import type { Call, Outcome } from "../core/calls/call.ts";
import type { CallLog, LoggedWorkspace } from "../core/calls/call_log.ts";
import { newServerId, newTokenId } from "../core/ids.ts";
import { SeededRandom } from "../tests/_support/seeded_random.ts";

/** How many calls wait for their commit at once, as under load. */
const AT_ONCE = 2_000;

const SERVERS = 12;
const TOOLS_OF_A_SERVER = 8;

/** How many tools one member really uses. */
const OWN_TOOLS = 6;

/** Most calls do what was asked. */
const OUTCOMES: readonly Outcome[] = [
  ...Array.from({ length: 92 }, () => "ok" as const),
  ...Array.from({ length: 4 }, () => "tool_error" as const),
  "upstream_failure",
  "upstream_failure",
  "protocol_error",
  "refused",
];

/** How many calls there are, of how many members, and when. */
export interface CallPlan {
  count: number;
  members: number;
  days: number;
  /** When the last of them was made. */
  until: Date;
  seed?: number;
  /** Who they are, and what they call; made up, unless said otherwise. */
  people?: readonly CallingMember[];
  servers?: readonly CalledServer[];
}

/** Who makes calls. */
export type CallingMember = Pick<Call, "tokenId" | "person" | "email">;

/** Whose tools are called. */
export type CalledServer = Pick<Call, "serverId" | "server">;

/**
 * Makes calls as members of a company would: each with some tools of their own, over all hours of
 * all days alike, in the order of time.
 */
export function* makeCalls(plan: CallPlan): Generator<Call> {
  const { count, days, until, seed = 1 } = plan;
  const random = new SeededRandom(seed);
  const tools = (plan.servers ?? someServers()).flatMap((server) =>
    Array.from({ length: TOOLS_OF_A_SERVER }, (_, tool) => ({ ...server, tool: `tool_${tool}` }))
  );
  const people = (plan.people ?? somePeople(plan.members)).map((person) => ({
    person,
    tools: Array.from({ length: OWN_TOOLS }, () => random.pick(tools)),
  }));
  const stepMs = days * 24 * 60 * 60 * 1000 / count;

  for (let index = 0; index < count; index++) {
    const { person, tools } = random.pick(people);
    const outcome = random.pick(OUTCOMES);
    yield {
      at: new Date(until.getTime() - (count - index) * stepMs).toISOString(),
      ...person,
      ...random.pick(tools),
      method: "tools/call",
      era: "modern",
      outcome,
      reason: outcome === "ok" ? null : reasonOf(outcome),
      durationMs: Math.round(10 * Math.exp(random.next() * 8)) / 10,
      bytesIn: random.whole(150, 2_000),
      bytesOut: random.whole(100, 20_000),
    };
  }
}

/** Writes such calls through the real writer, which packs those that wait together. */
export async function writeCalls(
  log: CallLog,
  workspace: LoggedWorkspace,
  plan: CallPlan,
): Promise<void> {
  let waiting: Promise<void>[] = [];
  for (const call of makeCalls(plan)) {
    waiting.push(log.record(workspace, call));
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
}

function someServers(): CalledServer[] {
  return Array.from({ length: SERVERS }, (_, server) => ({
    serverId: newServerId(),
    server: `server-${server}`,
  }));
}

function somePeople(count: number): CallingMember[] {
  return Array.from({ length: count }, (_, index) => ({
    tokenId: newTokenId(),
    person: `Member ${index}`,
    email: `m${index}@example.com`,
  }));
}

function reasonOf(outcome: Outcome): Call["reason"] {
  if (outcome === "tool_error") return "tool_error";
  if (outcome === "protocol_error") return "server_error";
  return outcome === "refused" ? "rate_limited" : "upstream_failed";
}
