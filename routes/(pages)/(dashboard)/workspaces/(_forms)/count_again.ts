import { z } from "zod";
import { rebuildRollups } from "../../../../../core/analytics/rebuild_rollups.ts";
import type { RecountReport } from "../../../../../core/analytics/recount.ts";
import { counted } from "../../../../../core/calls/spoken_figures.ts";
import { intent } from "../../../(_http)/answer_form.ts";
import { Checked } from "../../../(_http)/form_input.ts";

/** Counts the calls of a workspace again, as `analytics rebuild` does. */
export function countAgain(slug: string, path: string) {
  const schema = z.object({ onlyCompare: Checked });
  return intent("admin", schema, async ({ onlyCompare }, { services, by }) => {
    const deps = { ...services, ...services.rollups };
    const report = await rebuildRollups(deps, by, slug, { repair: !onlyCompare });
    return { to: path, notice: { text: inWords(report) } };
  });
}

function inWords({ calls, hours, blocks, ok }: RecountReport): string {
  const log = `its log of ${counted(calls, "call")}`;
  const different = hours.different + blocks.different;
  if (different === 0) return `The sums equal ${log}.`;
  const differ = `${counted(different, "sum")} differed from ${log}`;
  const repaired = hours.repaired + blocks.repaired;
  if (repaired === 0) return `${differ}; nothing was changed.`;
  if (ok) return `${differ}; they were replaced, and are equal now.`;
  return `${differ}; ${repaired} of them were replaced. Calls came in too fast: count again.`;
}
