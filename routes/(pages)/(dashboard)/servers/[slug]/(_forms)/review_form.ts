import { z } from "zod";
import type { ReviewReport } from "../../../../../../core/definitions/definition_change.ts";
import { reviewAll, reviewMany } from "../../../../../../core/definitions/review_all.ts";
import { visibleText } from "../../../../../../core/definitions/visible_text.ts";
import { refusal } from "../../../../../../core/errors.ts";
import { intent } from "../../../../(_http)/answer_form.ts";

const ID = /^[0-9a-f]{64}$/;

/** What the form says: which button was pressed, what is checked, and what was to be seen. */
const ReviewFields = z.object({
  act: z.string().regex(/^(approve|dismiss)(-all|:[0-9a-f]{64})?$/),
  checked: z.array(z.string().regex(ID)).max(100).default([]),
  mark: z.string().regex(ID),
});

/** Decides on definitions by the hashes that the page showed, so on nothing else. */
export const reviewIntent = intent("admin", ReviewFields, async (fields, { ctx, services, by }) => {
  const { slug } = ctx.params;
  const { decision, ids } = readDecision(fields);
  const report = ids === null
    ? await reviewAll(services, by, slug, { decision, mark: fields.mark })
    : await reviewMany(services, by, slug, { approve: [], dismiss: [], [decision]: ids });
  return { to: `/servers/${slug}`, notice: { text: spoken(report) } };
});

/** Whether to approve or to dismiss, and what; `null` for everything. */
function readDecision({ act, checked }: z.infer<typeof ReviewFields>) {
  const decision = act.startsWith("approve") ? "approve" as const : "dismiss" as const;
  if (act.endsWith("-all")) return { decision, ids: null };
  const [, one] = act.split(":");
  const ids = one === undefined ? checked : [one];
  if (ids.length > 0) return { decision, ids };
  throw refusal("invalid_input", `Check what you want to ${decision}; nothing is checked.`);
}

/** So many are named. */
const NAMED = 3;

function spoken({ approved, dismissed, waiting }: ReviewReport): string {
  const [names, did] = approved.length > 0 ? [approved, "Approved"] : [dismissed, "Dismissed"];
  const shown = names.slice(0, NAMED).map((name) => visibleText(name.slice(0, 60).toWellFormed()));
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  const rest = waiting === 0
    ? "Nothing waits any more."
    : waiting === 1
    ? "One definition still waits."
    : `${waiting} definitions still wait.`;
  return `${did} ${shown.join(", ")}${more}. ${rest}`;
}
