import { type CallFeed, callsOf } from "../../core/calls/call_feed.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { tallyOf } from "../../core/analytics/tally.ts";
import type { TallyQuery, TallySource, TimedTally } from "../../core/analytics/tally_source.ts";

/** Counts the log itself, a tally for each call: the truth, at the price of all of it. */
export class LogTallies implements TallySource {
  readonly #feed: CallFeed;

  constructor(feed: CallFeed) {
    this.#feed = feed;
  }

  async *tallies(
    workspaceId: WorkspaceId,
    { from, to }: TallyQuery,
  ): AsyncGenerator<TimedTally> {
    const [first, end] = [from.toISOString(), to.toISOString()];
    for await (const pack of this.#feed.from(workspaceId, "")) {
      for (const call of callsOf(pack)) {
        const isWithin = call.at >= first && call.at < end;
        if (isWithin) yield { ...tallyOf(call), start: hourOf(call.at) };
      }
    }
  }
}

/** When the hour of this time begins; ISO 8601, UTC. */
export function hourOf(at: string): string {
  return `${at.slice(0, 13)}:00:00.000Z`;
}
