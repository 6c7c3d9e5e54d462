import type { LogPosition } from "../calls/log_position.ts";
import type { WorkspaceId } from "../ids.ts";
import { RememberedSums } from "./remembered_sums.ts";
import { callsIn } from "./tally.ts";
import type { TallyQuery, TimedTally } from "./tally_source.ts";

/** How many calls there were, and how many of them did not do what was asked. */
export interface CallCount {
  calls: number;
  errors: number;
}

/** Up to where a workspace's log is counted. */
interface Place {
  position: LogPosition;
  /** What told that nothing is new; another one tells that something is. */
  sign: string;
  repairs: number;
}

/** What was counted of a query, up to a place in each log. */
export class Remembered {
  readonly query: TallyQuery;
  readonly places: Map<WorkspaceId, Place> = new Map();
  /** When somebody asked for it last. */
  askedMs = 0;
  #sums: RememberedSums;
  readonly #counts = new Map<WorkspaceId, CallCount>();
  /** Calls that arrived later than anybody asked for yet. */
  #ahead: { id: WorkspaceId; tally: TimedTally }[] = [];
  /** When the last call arrived that is counted. */
  #latest = "";
  #turn: Promise<unknown> = Promise.resolve();

  constructor(query: TallyQuery) {
    this.query = query;
    this.#sums = new RememberedSums(query);
  }

  /** How many tallies are kept. */
  get size(): number {
    return this.#sums.size + this.#counts.size / 10 + this.#ahead.length;
  }

  /** Runs what reads it on when everybody is done who came before. */
  inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Counts what was counted together, all of which lies in the period. */
  add(id: WorkspaceId, tally: TimedTally): void {
    this.#sums.add(tally);
    if (tally.lastUsed > this.#latest) this.#latest = tally.lastUsed;
    const { calls, errors } = callsIn(tally);
    const count = this.#counts.get(id) ?? { calls: 0, errors: 0 };
    this.#counts.set(id, { calls: count.calls + calls, errors: count.errors + errors });
  }

  /** Counts a call from the log, if it lies in the period, once somebody asks for its time. */
  addLater(id: WorkspaceId, tally: TimedTally): void {
    const at = Date.parse(tally.start);
    if (at < this.query.from.getTime() || at >= this.query.to.getTime()) return;
    this.#ahead.push({ id, tally });
  }

  /** Begins anew: what was counted was put right meanwhile. */
  clear(): void {
    this.#sums = new RememberedSums(this.query);
    this.#latest = "";
    this.#ahead = [];
    this.#counts.clear();
    this.places.clear();
  }

  /** What arrived before this time; `null` when later calls are counted already. */
  upTo(toMs: number): ReturnType<Remembered["all"]> | null {
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const one of ahead) {
      if (Date.parse(one.tally.start) < toMs) this.add(one.id, one.tally);
      else this.#ahead.push(one);
    }
    return this.#latest !== "" && Date.parse(this.#latest) >= toMs ? null : this.all();
  }

  /** All that is counted, as it is now. */
  all(): { tallies: readonly TimedTally[]; counts: Map<WorkspaceId, CallCount> } {
    return { tallies: this.#sums.all(), counts: new Map(this.#counts) };
  }
}
