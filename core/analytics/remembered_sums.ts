import { LatencySketch } from "./latency_sketch.ts";
import { type Level, startMs, timeText } from "./spans.ts";
import { addTally, noOutcomes, tallyKey } from "./tally.ts";
import type { TallyQuery, TimedTally } from "./tally_source.ts";
import { NOBODY, NOTHING } from "./unnamed.ts";

/**
 * Tallies added up to what a query tells apart: as few as can be.
 *
 * What was given away stays as it was: a sum that somebody has is copied before it is added to.
 * Of thousands, few change between two who ask.
 */
export class RememberedSums {
  readonly #query: Pick<TallyQuery, "detail" | "grain" | "from">;
  readonly #sums = new Map<string, TimedTally>();
  /** Those that nobody else has. */
  readonly #own = new Set<TimedTally>();

  constructor({ detail, grain, from }: Pick<TallyQuery, "detail" | "grain" | "from">) {
    this.#query = { detail, grain, from };
  }

  /** How many tallies there are. */
  get size(): number {
    return this.#sums.size;
  }

  /** Adds what was counted, with all its names or those alone that are told apart. */
  add(tally: TimedTally): void {
    const named = this.#named(tally);
    const start = this.#startOf(tally);
    const key = `${start} ${tallyKey(named)}`;
    const known = this.#sums.get(key);
    if (known !== undefined && this.#own.has(known)) return addTally(known, named);

    const counts = { outcomes: noOutcomes(), bytesIn: 0, bytesOut: 0, lastUsed: "" };
    const sum = known === undefined
      ? { ...named, ...counts, start, latency: new LatencySketch() }
      : { ...known, outcomes: { ...known.outcomes }, latency: known.latency.copy() };
    addTally(sum, named);
    this.#sums.set(key, sum);
    this.#own.add(sum);
  }

  /** All of them, as they are now and stay. */
  all(): readonly Readonly<TimedTally>[] {
    this.#own.clear();
    return [...this.#sums.values()];
  }

  #named(tally: TimedTally): TimedTally {
    switch (this.#query.detail) {
      case "total":
        return { ...tally, ...NOBODY, ...NOTHING };
      case "members":
        return { ...tally, ...NOTHING };
      case "tools":
        return { ...tally, ...NOBODY };
      case "everything":
        return tally;
    }
  }

  #startOf({ start }: TimedTally): string {
    const { grain, from } = this.#query;
    if (grain === "whole") return from.toISOString();
    const level: Level = grain;
    return timeText(startMs(level, Date.parse(start)));
  }
}
