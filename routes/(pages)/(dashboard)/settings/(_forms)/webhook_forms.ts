import { z } from "zod";
import { ErrorRule } from "../../../../../core/webhooks/error_rule.ts";
import { type WebhookChange, WebhookInput } from "../../../../../core/webhooks/webhook.ts";
import { Lines, numeric, optional } from "../../../(_http)/form_input.ts";

const { kinds, workspaces, name, url } = WebhookInput.shape;
const { percent, minCalls, windowMinutes } = ErrorRule.shape;

/** Nothing chosen means all: a list that is empty says `null`. */
const noneIsAll = (list: readonly string[] | undefined) =>
  list === undefined || list.length === 0 ? null : list;

/** What both forms of a webhook send. */
const Shared = {
  name,
  kinds: z.array(z.string()).optional().transform(noneIsAll).pipe(kinds.unwrap()),
  workspaces: Lines.transform(noneIsAll).pipe(workspaces.unwrap()),
  errorRule: z.object({
    percent: numeric(percent),
    minCalls: numeric(minCalls),
    windowMinutes: numeric(windowMinutes),
  }),
};

/** What the form of a new webhook sends. */
export const WebhookFields = z.object({ ...Shared, url });

/** What the form of one that there is sends; without a URL it keeps its own. */
export const WebhookChangeFields = z.object({ ...Shared, url: optional(url) });

/** How long the earlier secret signs, too. */
export const OverlapFields = z.object({
  overlapHours: numeric(
    z.number("must be 0 to 168 hours").int("must be 0 to 168 hours")
      .min(0, "must be 0 to 168 hours").max(168, "must be 0 to 168 hours"),
  ),
});

/** The fields that make this of a webhook again, for the form that changes it. */
export function fieldsOf(
  { kinds, workspaces, name, errorRule }:
    & Pick<
      Required<WebhookChange>,
      "kinds" | "workspaces" | "name"
    >
    & { errorRule: z.infer<typeof ErrorRule> },
): Record<string, string | string[]> {
  return {
    name,
    url: "",
    "kinds[]": kinds ?? [],
    workspaces: (workspaces ?? []).join("\n"),
    "errorRule.percent": String(errorRule.percent),
    "errorRule.minCalls": String(errorRule.minCalls),
    "errorRule.windowMinutes": String(errorRule.windowMinutes),
  };
}
