import { BlockBuilder } from "../core/analytics/block_builder.ts";
import { BlockStore } from "../core/analytics/block_store.ts";
import { Roller } from "../core/analytics/roller.ts";
import { RollupStore } from "../core/analytics/rollup_store.ts";
import { RollupTallies } from "../core/analytics/rollup_tallies.ts";
import type { Detail, TallyQuery } from "../core/analytics/tally_source.ts";
import { CallLog } from "../core/calls/call_log.ts";
import { CallFeed } from "../core/calls/call_feed.ts";
import { PlacedCalls } from "../core/calls/placed_calls.ts";
import { newWorkspaceId, type WorkspaceId } from "../core/ids.ts";
import { type TempStore, tempStore } from "../tests/_support/temp_store.ts";
import { writeCalls } from "./million_calls.ts";

const MEMBERS = 500;
const DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The end of all calls: in the middle of a day and of an hour. */
const UNTIL = new Date("2026-11-22T14:37:21.500Z");

/** How often each report is made at least, in turns, and for how long; the fastest counts. */
const ROUNDS = 9;
const ROUNDS_MS = 2_000;

/** A report of the larger store costs at most so many times what that of the smaller one does. */
const BAR = 1.3;

/** Reports of seven days, as they are asked for. */
const REPORTS: { name: string; query: TallyQuery }[] = [
  { name: "total", query: week("total", "whole") },
  { name: "by user", query: week("members", "whole") },
  { name: "by tool", query: week("tools", "whole") },
  { name: "by day", query: week("total", "day") },
  { name: "by hour", query: week("total", "hour") },
  { name: "by user and tool", query: week("everything", "whole") },
];

/** A store with as many calls, all of them added up. */
interface Filled extends Disposable {
  count: number;
  workspaceId: WorkspaceId;
  tallies: RollupTallies;
}

/**
 * What reports cost over a log of a million calls in 90 days: as against a tenth of it that is a
 * tenth as long, with a bar, and against one with a tenth of the calls in each day. `--calls=` makes
 * it another number. Gives 1 when a bar is broken.
 *
 * Of ten times as many calls in a day a report by user or tool has more rows, until each of them
 * has called; so that is printed, and has no bar.
 */
export async function benchAnalytics(options: readonly string[]): Promise<number> {
  const count = Number(valueOf(options, "--calls") ?? 1_000_000);
  using large = await fill(count, DAYS);
  using short = await fill(count / 10, DAYS / 10);
  using sparse = await fill(count / 10, DAYS);

  const holds = await compare("a log that is ten times as long", short, large, BAR);
  await compare("ten times as many calls in each day", sparse, large, null);
  return holds ? 0 : 1;
}

async function compare(
  what: string,
  less: Filled,
  more: Filled,
  bar: number | null,
): Promise<boolean> {
  console.log(`\n7 days, ${what.padEnd(40)}ms       ms   ratio`);
  let holds = true;
  for (const { name, query } of REPORTS) {
    const costs = [Infinity, Infinity];
    const rows = [0, 0];
    const begunMs = performance.now();
    for (let round = 0; round < ROUNDS || performance.now() - begunMs < ROUNDS_MS; round++) {
      const turn = [...[less, more].entries()];
      for (const [index, filled] of round % 2 === 0 ? turn : turn.reverse()) {
        const start = performance.now();
        rows[index] = await countTallies(filled, query);
        costs[index] = Math.min(costs[index], performance.now() - start);
      }
    }
    const ratio = costs[1] / costs[0];
    const isBroken = bar !== null && ratio > bar;
    if (isBroken) holds = false;
    console.log(
      `  ${name.padEnd(41)}${costs.map((ms) => ms.toFixed(1).padStart(8)).join(" ")}` +
        `${ratio.toFixed(2).padStart(8)}  ${rows.join(" and ")} tallies` +
        `${isBroken ? `  BROKEN (at most ${bar})` : ""}`,
    );
  }
  return holds;
}

/** Today and the six days before it, as `--period 7d` is. */
function week(detail: Detail, grain: TallyQuery["grain"]): TallyQuery {
  const today = Math.floor(UNTIL.getTime() / DAY_MS) * DAY_MS;
  return {
    from: new Date(today - 6 * DAY_MS),
    to: new Date(UNTIL.getTime() + 1),
    detail,
    grain,
  };
}

async function fill(count: number, days: number): Promise<Filled> {
  const temp = await tempStore();
  const { kv } = temp.store;
  const now = () => UNTIL;
  const workspaceId = newWorkspaceId();
  const stores = {
    packs: new PlacedCalls(new CallFeed(kv)),
    rollups: new RollupStore(kv, { now }),
    blocks: new BlockStore(kv, { now }),
  };

  const log = new CallLog(kv);
  const plan = { count, members: MEMBERS, days, until: UNTIL };
  const writeMs = await timed(() => writeCalls(log, { id: workspaceId, retentionDays: 90 }, plan));
  await log.close();
  const logBytes = sizeOf(temp);

  const retentionDaysOf = () => Promise.resolve(DAYS);
  const roller = new Roller({ ...stores, retentionDaysOf, now });
  const rollMs = await timed(() => roller.rollAll(workspaceId));
  const builder = new BlockBuilder({ ...stores, now });
  const buildMs = await timed(() => builder.buildDue());

  const [perSecond, megabytes] = [rate(count), (bytes: number) => (bytes / 1e6).toFixed(0)];
  console.log(
    `${count.toLocaleString("en")} calls in ${days} days: written ${perSecond(writeMs)}/s, ` +
      `added up ${perSecond(rollMs)}/s, days built in ${(buildMs / 1000).toFixed(1)} s; ` +
      `log ${megabytes(logBytes)} MB, sums ${megabytes(sizeOf(temp) - logBytes)} MB`,
  );
  const tallies = new RollupTallies({ ...stores, now });
  return { count, workspaceId, tallies, [Symbol.dispose]: () => temp[Symbol.dispose]() };
}

async function countTallies({ tallies, workspaceId }: Filled, query: TallyQuery): Promise<number> {
  let count = 0;
  for await (const _tally of tallies.tallies(workspaceId, query)) count++;
  return count;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function valueOf(options: readonly string[], name: string): string | undefined {
  return options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
}

function rate(count: number): (ms: number) => string {
  return (ms) => Math.round(count / ms * 1000).toLocaleString("en");
}

function sizeOf({ path }: TempStore): number {
  return [path, `${path}-wal`].reduce((sum, file) => {
    try {
      return sum + Deno.statSync(file).size;
    } catch {
      return sum;
    }
  }, 0);
}
