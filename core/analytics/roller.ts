import type { PlacedCalls } from "../calls/placed_calls.ts";
import { type LogPosition, packEnd, placeInPack } from "../calls/log_position.ts";
import type { WorkspaceId } from "../ids.ts";
import { endOfTurn } from "../kv/end_of_turn.ts";
import { pause } from "../pause.ts";
import type { BlockStore } from "./block_store.ts";
import { type HourLimits, type NamedCall, namedCall } from "./hour_sums.ts";
import { HoursInWork } from "./hours_in_work.ts";
import type { ReadMark, RollupStore } from "./rollup_store.ts";

/** What happens between any two of these, the sums come out right: tests end the roller there. */
export const ROLL_STEPS = [
  "mark read",
  "calls read",
  "hours read",
  "added up",
  "committed",
] as const;
export type RollStep = typeof ROLL_STEPS[number];

/** How many calls are read for one commit. */
const CALLS_AT_ONCE = 2_000;

/** Who loses this often in a row leaves it to those that win. */
const MAX_ATTEMPTS = 20;

const NEVER = new AbortController().signal;

/** What the roller works with. */
export interface RollerDeps {
  packs: PlacedCalls;
  rollups: RollupStore;
  blocks: Pick<BlockStore, "find">;
  /** How long a workspace's calls stay on the record. */
  retentionDaysOf(workspaceId: WorkspaceId): Promise<number>;
  now: () => Date;
  /** Told after each step. */
  after?: (step: RollStep) => Promise<void> | void;
  limits?: HourLimits;
}

/** What one commit of the roller did. */
export interface Rolled {
  calls: number;
  /** Whether the log ended there. */
  isAtEnd: boolean;
  position: LogPosition;
}

/**
 * Adds the log up: each call once.
 *
 * The place in the log moves in the commit that has the sums of the calls before it, and only
 * from where it was read. So it does not matter who does this, how many do, and at which step
 * one of them ends.
 */
export class Roller {
  readonly #deps: RollerDeps;

  constructor(deps: RollerDeps) {
    this.#deps = deps;
  }

  /** One that counts from the start into another book, for as long as somebody compares it. */
  recounting(rollups: RollupStore): Roller {
    return new Roller({
      ...this.#deps,
      rollups,
      blocks: { find: () => Promise.resolve(null) },
      after: undefined,
    });
  }

  /** Adds up all that is there, or up to a place in the log; gives how many calls that were. */
  async rollAll(
    workspaceId: WorkspaceId,
    { signal = NEVER, upTo }: { signal?: AbortSignal; upTo?: LogPosition } = {},
  ): Promise<number> {
    let calls = 0;
    let lost = 0;
    while (!signal.aborted && lost < MAX_ATTEMPTS) {
      const rolled = await this.roll(workspaceId, upTo);
      if (rolled === null) {
        lost++;
        await pause(Math.random() * Math.min(2 ** lost, 50), signal);
        continue;
      }
      lost = 0;
      calls += rolled.calls;
      if (rolled.isAtEnd) break;
    }
    return calls;
  }

  /** Adds up what one commit takes; `null` when somebody else was first. */
  async roll(workspaceId: WorkspaceId, upTo?: LogPosition): Promise<Rolled | null> {
    const { rollups } = this.#deps;
    const mark = await rollups.mark(workspaceId);
    await this.#after("mark read");
    const { calls, ends, isAtEnd } = await this.#read(workspaceId, mark, upTo);
    await this.#after("calls read");
    if (calls.length === 0) return { calls: 0, isAtEnd, position: mark.position };

    const work = new HoursInWork(workspaceId, this.#deps);
    await work.read(calls);
    await this.#after("hours read");
    const count = work.add(calls, mark.counted);
    await this.#after("added up");

    const { repairs } = mark;
    const next = { position: ends[count - 1], counted: mark.counted + count, repairs };
    if (!await rollups.commit(workspaceId, mark, next, work.changes())) return null;
    await this.#after("committed");
    return { calls: count, isAtEnd: isAtEnd && count === calls.length, position: next.position };
  }

  async #read(
    workspaceId: WorkspaceId,
    { position }: ReadMark,
    upTo: LogPosition | undefined,
  ): Promise<{ calls: NamedCall[]; ends: LogPosition[]; isAtEnd: boolean }> {
    const calls: NamedCall[] = [];
    // How far the log is counted once a call is: behind its pack with the last call of it.
    const ends: LogPosition[] = [];
    for await (const pack of this.#deps.packs.after(workspaceId, position)) {
      if (upTo !== undefined && pack[0].position > upTo) break;
      for (const [index, placed] of pack.entries()) {
        if (upTo !== undefined && placed.position > upTo) break;
        const isLast = index === pack.length - 1;
        calls.push(namedCall(placed));
        ends.push(isLast ? packEnd(placeInPack(placed.position).versionstamp) : placed.position);
      }
      if (calls.length >= CALLS_AT_ONCE) return { calls, ends, isAtEnd: false };
      // Calls are served by the same thread, and go first.
      await endOfTurn();
    }
    return { calls, ends, isAtEnd: true };
  }

  async #after(step: RollStep): Promise<void> {
    await this.#deps.after?.(step);
  }
}
