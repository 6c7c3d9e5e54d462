import type { Call, Outcome } from "../../core/calls/call.ts";
import type { CallLog } from "../../core/calls/call_log.ts";
import type { Server } from "../../core/servers/server.ts";
import type { CreatedToken } from "../../core/tokens/token.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";
import { SeededRandom } from "./seeded_random.ts";

const DAY_MS = 86_400_000;

/** Who calls which tools of which servers. */
export interface Team {
  workspace: Workspace;
  tokens: readonly CreatedToken[];
  servers: readonly (Server & { tools: readonly string[] })[];
}

const REASONS: Partial<Record<Outcome, Call["reason"]>> = {
  tool_error: "tool_error",
  protocol_error: "server_error",
  upstream_failure: "upstream_timeout",
  refused: "rate_limited",
};

/** How many calls share a commit: few, so that a log of all workspaces is in the order of time. */
const AT_ONCE = 4;

/** A call and the workspace that it was made in. */
interface PlacedCall {
  workspace: Workspace;
  call: Call;
}

/** Calls of some weeks in one workspace: more by day than by night. */
export function makeTeamCalls(
  team: Team,
  { days, perDay, until, seed }: { days: number; perDay: number; until: Date; seed: number },
): PlacedCall[] {
  const random = new SeededRandom(seed);
  const times: number[] = [];
  for (let day = days - 1; day >= 0; day--) {
    const isWeekend = [0, 6].includes(new Date(until.getTime() - day * DAY_MS).getUTCDay());
    const today = Math.round(perDay * (isWeekend ? 0.2 : 0.7 + random.next() * 0.6));
    for (let index = 0; index < today; index++) {
      const hour = 8 + 10 * (random.next() + random.next()) / 2;
      const at = Math.floor((until.getTime() - day * DAY_MS) / DAY_MS) * DAY_MS + hour * 3_600_000;
      if (at < until.getTime()) times.push(at);
    }
  }
  return times.map((at) => ({ workspace: team.workspace, call: oneCall(random, team, at) }));
}

/** Puts calls on the record by the real writer, in the order of time. */
export async function recordCalls(log: CallLog, calls: readonly PlacedCall[]): Promise<void> {
  const sorted = calls.toSorted((a, b) => a.call.at < b.call.at ? -1 : 1);
  for (let index = 0; index < sorted.length; index += AT_ONCE) {
    const some = sorted.slice(index, index + AT_ONCE);
    await Promise.all(some.map(({ workspace, call }) => log.record(workspace, call)));
  }
}

function oneCall(random: SeededRandom, { tokens, servers }: Team, atMs: number): Call {
  // The first are the busiest, of people, servers and tools alike.
  const pick = <T>(items: readonly T[]) => items[Math.floor(random.next() ** 2 * items.length)];
  const { id, name, email } = pick(tokens);
  const server = pick(servers);
  const chance = random.next();
  const outcome: Outcome = chance < 0.93
    ? "ok"
    : chance < 0.96
    ? "tool_error"
    : chance < 0.985
    ? "upstream_failure"
    : chance < 0.995
    ? "refused"
    : "protocol_error";
  return {
    at: new Date(atMs).toISOString(),
    tokenId: id,
    person: name,
    email,
    serverId: server.id,
    server: server.slug,
    method: "tools/call",
    tool: pick(server.tools),
    era: "modern",
    outcome,
    reason: REASONS[outcome] ?? null,
    durationMs: Math.round(200 * Math.exp(random.next() * 4)) / 10,
    bytesIn: random.whole(150, 900),
    bytesOut: random.whole(200, 20_000),
  };
}
