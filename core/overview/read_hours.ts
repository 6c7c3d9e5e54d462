import { callsIn } from "../analytics/tally.ts";
import { partsOf } from "../analytics/report_scope.ts";
import { DAY_MS, HOUR_MS, startMs, timeText } from "../analytics/spans.ts";
import type { Services } from "../services.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { HourCount } from "./overview.ts";

/** The hours that are shown: 24 that are over, and the one that runs. */
const HOURS = 25;

/** How many calls there were in each of the last hours. */
export async function readHours(
  { tallies, now }: Pick<Services, "tallies" | "now">,
  workspaces: readonly Workspace[],
): Promise<HourCount[]> {
  const nowMs = now().getTime();
  const firstMs = startMs("hour", nowMs) - (HOURS - 1) * HOUR_MS;
  const hours: HourCount[] = Array.from({ length: HOURS }, (_, at) => {
    return { start: timeText(firstMs + at * HOUR_MS), calls: 0, errors: 0 };
  });
  // From yesterday's begin on, which is the same question all day long.
  const query = {
    from: new Date(startMs("day", nowMs) - DAY_MS),
    to: new Date(nowMs + 1),
    detail: "total" as const,
    grain: "hour" as const,
  };

  for (const part of partsOf(workspaces, query, now())) {
    const { tallies: counted } = await tallies.together(part.ids, part.query);
    for (const tally of counted) {
      const hour = hours[(Date.parse(tally.start) - firstMs) / HOUR_MS];
      if (hour === undefined) continue;
      const { calls, errors } = callsIn(tally);
      hour.calls += calls;
      hour.errors += errors;
    }
  }
  return hours;
}
