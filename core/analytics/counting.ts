import type { ReportBy, ReportQuestion } from "./report.ts";
import { detailOf, isAskedFor } from "./report_filter.ts";
import { createFold, type ReportFold } from "./report_fold.ts";
import type { ReportPeriod } from "./report_period.ts";
import { areOfHours, daysOf, grainOf, hoursOf, type Stretch } from "./report_stretches.ts";
import type { ReadTallies, TallyQuery, TimedTally } from "./tally_source.ts";
import type { TimeZone } from "./time_zone.ts";

/** The counting of one report: what it needs to know of the calls, and its rows. */
export interface Counting {
  query: TallyQuery;
  /** The days or hours that are its rows, if they are. */
  stretches: readonly Stretch[];
  fold: ReportFold;
}

/** The counting of a report that has counted nothing. */
export function newCounting(
  question: ReportQuestion,
  period: ReportPeriod,
  zone: TimeZone,
): Counting {
  const stretches = stretchesOf(question.by, period, zone);
  return {
    query: { ...period, detail: detailOf(question), grain: grainOf(stretches) },
    stretches,
    fold: createFold(question.by ?? null, stretches),
  };
}

/**
 * Counts the calls that are asked for, all countings of one period; those that need to know the
 * same of the calls read them once.
 */
export async function countAll(
  read: ReadTallies,
  asked: Pick<ReportQuestion, "server" | "member" | "tool">,
  countings: readonly Counting[],
): Promise<void> {
  const groups = [...Map.groupBy(countings, sharedBy).values()];
  await Promise.all(groups.map(async (group) => {
    const finest = group.find(({ query }) => query.grain === "day") ?? group[0];
    for await (const tally of talliesOf(read, finest)) {
      if (!isAskedFor(asked, tally)) continue;
      for (const { fold } of group) fold.add(tally);
    }
  }));
}

/** What countings have in common that read the same; days are read like a period as a whole. */
function sharedBy({ query: { detail, grain }, stretches }: Counting): unknown {
  return areOfHours(stretches) ? `${detail} ${grain === "hour" ? "hour" : "day"}` : stretches;
}

/**
 * Where a time zone's days begin at no full hour of UTC, each day is asked for by itself: at its
 * ends the log is read.
 */
async function* talliesOf(
  read: ReadTallies,
  { query, stretches }: Counting,
): AsyncGenerator<TimedTally> {
  if (areOfHours(stretches)) {
    yield* read(query);
    return;
  }
  for (const { start, end } of stretches) {
    const day = { ...query, from: start, to: end, grain: "whole" as const };
    for await (const tally of read(day)) {
      yield { ...tally, start: start.toISOString() };
    }
  }
}

function stretchesOf(by: ReportBy | undefined, period: ReportPeriod, zone: TimeZone): Stretch[] {
  if (by === "day") return daysOf(period, zone);
  return by === "hour" ? hoursOf(period, zone) : [];
}
