import { breathe } from "../breather.ts";
import type { CallBellStore } from "../calls/call_bell_store.ts";
import { type LogPosition, packEnd, placeInPack } from "../calls/log_position.ts";
import type { PlacedCalls } from "../calls/placed_calls.ts";
import type { WorkspaceId } from "../ids.ts";
import { type CallCount, Remembered } from "./remembered.ts";
import type { RollupStore } from "./rollup_store.ts";
import type { RollupTallies } from "./rollup_tallies.ts";
import { DAY_MS, HOUR_MS, startMs } from "./spans.ts";
import { tallyOf } from "./tally.ts";
import type { TallyQuery, TallySource, TimedTally } from "./tally_source.ts";

/** So many tallies are remembered in all; few of them have a sketch of more than 1 KB. */
const MAX_TALLIES = 100_000;

/** What has more of them is read anew each time. */
const MAX_TALLIES_OF_ONE = 12_000;

/** What nobody asked for in so long is read anew: a log is read on while all of it is there. */
const REMEMBERED_MS = HOUR_MS;

/** Nobody asks twice for a period that begins at another time than these. */
const ROUND_MS = HOUR_MS / 4;

/** A period that ends this long before now at most is one that goes on. */
const GOES_ON_MS = 1_000;

/** After so many tallies others may go first. */
const SOME = 200;

/** How many workspaces are read side by side. */
const AT_ONCE = 4;

interface Deps {
  tallies: Pick<RollupTallies, "read">;
  packs: Pick<PlacedCalls, "after">;
  rollups: Pick<RollupStore, "marks">;
  bells: CallBellStore;
  now: () => Date;
  /** Told when calls were counted that the roller may not have added up yet. */
  onUnrolled?: (workspaceId: WorkspaceId) => void;
}

/** What was counted of some workspaces together, and of each of them. */
export interface CountedTogether {
  tallies: readonly TimedTally[];
  counts: ReadonlyMap<WorkspaceId, CallCount>;
}

/**
 * Remembers what was counted, so that the next one who asks costs only the calls since then.
 *
 * The calls up to a place in the log and those after it are all calls. So what is remembered is
 * read on from the log itself, strongly consistent, and each call counts once, however often
 * somebody asks. A log whose bell did not ring since is not read at all.
 */
export class RememberedTallies implements TallySource {
  readonly #deps: Deps;
  /** Those that were asked for last are at the end. */
  readonly #all = new Map<string, Remembered>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async *tallies(workspaceId: WorkspaceId, query: TallyQuery): AsyncGenerator<TimedTally> {
    yield* this.each([workspaceId], query);
  }

  /** The tallies of several workspaces together, some and then some more where that is costly. */
  async *each(ids: readonly WorkspaceId[], query: TallyQuery): AsyncGenerator<TimedTally> {
    const { tallies } = await this.together(ids, query);
    for (let at = 0; at < tallies.length; at++) {
      if (at > 0 && at % SOME === 0) await breathe();
      yield tallies[at];
    }
  }

  /** The calls of several workspaces, as if they were of one. */
  async together(ids: readonly WorkspaceId[], query: TallyQuery): Promise<CountedTogether> {
    if (query.from.getTime() % ROUND_MS !== 0) return await this.#readAnew(ids, query);
    const { key, remembered } = this.#find(ids, query);
    try {
      const counted = await remembered.inTurn(async () => {
        await this.#readOn(ids, remembered);
        return remembered.upTo(query.to.getTime());
      });
      this.#forget(key);
      return counted ?? await this.#readAnew(ids, query);
    } catch (error) {
      this.#all.delete(key);
      throw error;
    }
  }

  #find(ids: readonly WorkspaceId[], query: TallyQuery): { key: string; remembered: Remembered } {
    const nowMs = this.#deps.now().getTime();
    // A period that ends now is the same one later, as long as it begins at the same time.
    const goesOn = query.to.getTime() >= nowMs - GOES_ON_MS;
    const { from, to, detail, grain } = query;
    const today = startMs("day", nowMs);
    const key = JSON.stringify([from, goesOn ? today : to, detail, grain, ids.join(" ")]);

    const known = this.#all.get(key);
    const isFresh = known !== undefined && nowMs - known.askedMs < REMEMBERED_MS;
    const end = new Date(today + 3 * DAY_MS);
    const remembered = isFresh ? known : new Remembered(goesOn ? { ...query, to: end } : query);
    remembered.askedMs = nowMs;
    this.#all.delete(key);
    this.#all.set(key, remembered);
    return { key, remembered };
  }

  async #readAnew(ids: readonly WorkspaceId[], query: TallyQuery): Promise<CountedTogether> {
    const counted = new Remembered(query);
    await inLanes(ids, async (id) => {
      await this.#deps.tallies.read(id, query, (tally) => counted.add(id, tally));
    });
    return counted.all();
  }

  /** Counts what was recorded since. */
  async #readOn(ids: readonly WorkspaceId[], remembered: Remembered): Promise<void> {
    const [bells, marks] = await Promise.all([
      this.#deps.bells.read(ids),
      this.#deps.rollups.marks(ids),
    ]);
    const repairs = marks.map((mark) => mark?.repairs ?? 0);
    const signs = ids.map((_, at) => `${bells[at]} ${repairs[at]}`);
    const isRepaired = ids.some((id, at) => {
      const place = remembered.places.get(id);
      return place !== undefined && place.repairs !== repairs[at];
    });
    if (isRepaired) remembered.clear();

    const changed = ids.map((id, at) => ({ id, sign: signs[at], repairs: repairs[at] }))
      .filter(({ id, sign }) => remembered.places.get(id)?.sign !== sign);
    await inLanes(changed, async ({ id, sign, repairs }) => {
      const position = await this.#readOne(id, remembered);
      remembered.places.set(id, { position, sign, repairs });
    });
  }

  /** Reads a workspace: from where it was read up to, or all of its period. */
  async #readOne(id: WorkspaceId, remembered: Remembered): Promise<LogPosition> {
    const { query } = remembered;
    const place = remembered.places.get(id);
    if (place === undefined) {
      return await this.#deps.tallies.read(id, query, (tally) => remembered.add(id, tally));
    }

    let { position } = place;
    for await (const pack of this.#deps.packs.after(id, position)) {
      for (const { call } of pack) remembered.addLater(id, { ...tallyOf(call), start: call.at });
      position = packEnd(placeInPack(pack[pack.length - 1].position).versionstamp);
    }
    if (position !== place.position) this.#deps.onUnrolled?.(id);
    return position;
  }

  /** Forgets what is too much: first what is large by itself, then what was not asked for lately. */
  #forget(key: string): void {
    if ((this.#all.get(key)?.size ?? 0) > MAX_TALLIES_OF_ONE) this.#all.delete(key);
    let size = [...this.#all.values()].reduce((sum, one) => sum + one.size, 0);
    for (const [oldest, one] of this.#all) {
      if (size <= MAX_TALLIES) break;
      this.#all.delete(oldest);
      size -= one.size;
    }
  }
}

/** Does something for each, some of them side by side. */
async function inLanes<One>(all: readonly One[], run: (one: One) => Promise<void>): Promise<void> {
  const left = [...all];
  const lane = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) await run(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, lane));
}
