import { BlockBuilder, type BlockBuilderDeps } from "../../core/analytics/block_builder.ts";
import { BlockStore } from "../../core/analytics/block_store.ts";
import { Roller, type RollerDeps } from "../../core/analytics/roller.ts";
import { RememberedTallies } from "../../core/analytics/remembered_tallies.ts";
import { RollupStore } from "../../core/analytics/rollup_store.ts";
import { RollupTallies } from "../../core/analytics/rollup_tallies.ts";
import { addTally, type Tally, tallyOf } from "../../core/analytics/tally.ts";
import type { Detail, TallyQuery, TallySource } from "../../core/analytics/tally_source.ts";
import { type Call, Outcome } from "../../core/calls/call.ts";
import { CallLog } from "../../core/calls/call_log.ts";
import { CallBellStore } from "../../core/calls/call_bell_store.ts";
import { CallFeed } from "../../core/calls/call_feed.ts";
import { PlacedCalls } from "../../core/calls/placed_calls.ts";
import { DEFAULT_RETENTION_DAYS } from "../../core/calls/retention.ts";
import { newServerId, newTokenId, type WorkspaceId } from "../../core/ids.ts";
import type { SeededRandom } from "../_support/seeded_random.ts";
import { kept, someCall } from "../calls/_support.ts";

/** What may be said of the rollups of a test. */
export interface RollupOptions {
  now: () => Date;
  roller?: Partial<RollerDeps>;
  builder?: Partial<BlockBuilderDeps>;
}

/** The rollups on an open store. */
export function rollupsOn(kv: Deno.Kv, { now, roller = {}, builder = {} }: RollupOptions) {
  const packs = new PlacedCalls(new CallFeed(kv));
  const rollups = new RollupStore(kv, { now });
  const blocks = new BlockStore(kv, { now });
  const retentionDaysOf = () => Promise.resolve(DEFAULT_RETENTION_DAYS);
  const deps = { packs, rollups, blocks, retentionDaysOf, now };
  return {
    ...deps,
    roller: new Roller({ ...deps, ...roller }),
    builder: new BlockBuilder({ ...deps, ...builder }),
    tallies: new RollupTallies(deps),
  };
}
export type Rollups = ReturnType<typeof rollupsOn>;

/** What remembers what these counted. */
export function rememberedOn(kv: Deno.Kv, { now }: { now: () => Date }): RememberedTallies {
  return new RememberedTallies({ ...rollupsOn(kv, { now }), bells: new CallBellStore(kv), now });
}

/** Puts calls on the record: those of a group in one commit. */
export async function record(
  kv: Deno.Kv,
  workspaceId: WorkspaceId,
  ...groups: readonly (readonly Call[])[]
): Promise<void> {
  const log = new CallLog(kv);
  for (const group of groups) {
    await Promise.all(group.map((call) => log.record(kept(workspaceId), call)));
  }
  await log.close();
}

const HOUR_MS = 3_600_000;

/** Makes calls of few people to few tools, so that many have the same name. */
export function callMaker(random: SeededRandom) {
  const people = Array.from({ length: 4 }, (_, index) => ({
    tokenId: newTokenId(),
    person: `Person ${index}`,
    email: index % 2 === 0 ? null : `person${index}@example.com`,
  }));
  const servers = [
    { serverId: newServerId(), server: "internal-api" },
    { serverId: newServerId(), server: "github" },
    { serverId: null, server: null },
  ];

  return (at: Date): Call =>
    someCall({
      ...random.pick(people),
      ...random.pick(servers),
      at: at.toISOString(),
      method: random.pick(["tools/call", "resources/read"]),
      tool: random.pick(["search", "get_user", "räum_auf", 'wiki://a?b="c"']),
      outcome: random.pick(Outcome.options),
      durationMs: random.whole(0, 30_000) / 10,
      bytesIn: random.whole(0, 5_000),
      bytesOut: random.whole(0, 50_000),
    });
}

/** Times around a moment, many of them at the very edges of hours and days. */
export function timesAround(random: SeededRandom, middle: Date, hours: number): () => Date {
  return () => {
    const ms = middle.getTime() + random.whole(-hours, hours) * HOUR_MS;
    const edge = Math.floor(ms / HOUR_MS) * HOUR_MS;
    return new Date(random.pick([edge, edge - 1, edge + 1, edge + random.whole(0, HOUR_MS - 1)]));
  };
}

/** What a source says, added up by what the detail tells apart and by hour, day or not at all. */
export async function told(
  source: TallySource,
  workspaceId: WorkspaceId,
  query: TallyQuery,
): Promise<Record<string, unknown>> {
  const sums = new Map<string, Tally>();
  for await (const { start, ...tally } of source.tallies(workspaceId, query)) {
    addInto(sums, `${stretchOf(start, query.grain)} ${nameIn(tally, query.detail)}`, tally);
  }
  return readable(sums, query.detail);
}

/** The same, counted naively. */
export function counted(calls: readonly Call[], query: TallyQuery): Record<string, unknown> {
  const sums = new Map<string, Tally>();
  for (const call of calls) {
    if (call.at < query.from.toISOString() || call.at >= query.to.toISOString()) continue;
    const key = `${stretchOf(call.at, query.grain)} ${nameIn(call, query.detail)}`;
    addInto(sums, key, tallyOf(call));
  }
  return readable(sums, query.detail);
}

function addInto(sums: Map<string, Tally>, key: string, tally: Tally): void {
  const sum = sums.get(key);
  if (sum !== undefined) addTally(sum, tally);
  else sums.set(key, tally);
}

function stretchOf(at: string, grain: TallyQuery["grain"]): string {
  return at.slice(0, { hour: 13, day: 10, whole: 0 }[grain]);
}

function nameIn(call: Tally | Call, detail: Detail): string {
  const { tokenId, person, email, serverId, server, method, tool } = call;
  const member = [tokenId, person, email];
  const called = [serverId, server, method, tool];
  return JSON.stringify(
    { total: [], members: member, tools: called, everything: [...member, ...called] }[detail],
  );
}

function readable(sums: ReadonlyMap<string, Tally>, _detail: Detail): Record<string, unknown> {
  const entries = [...sums].sort(([a], [b]) => a < b ? -1 : 1).map(([key, sum]) => {
    const { outcomes, bytesIn, bytesOut, lastUsed, latency } = sum;
    return [key, { outcomes, bytesIn, bytesOut, lastUsed, latency: latency.buckets() }];
  });
  return Object.fromEntries(entries);
}
