import { z } from "zod";
import { callFilterOf, CallParams } from "../../../../../core/api/queries.ts";
import type { CallFilter } from "../../../../../core/calls/call_filter.ts";
import { refusal } from "../../../../../core/errors.ts";
import { quote } from "../../../../../core/quote.ts";
import type { Workspace } from "../../../../../core/workspaces/workspace.ts";

/** What the address of a list of calls says. */
export const CallPageParams = CallParams.extend({
  workspace: z.string().max(100).optional(),
  q: z.string().max(200, "must have at most 200 characters").optional(),
  cursor: z.string().max(100).optional(),
});

/** Which calls a page shows, and of which workspaces. */
export interface CallPageQuery {
  /** `null` for all of them. */
  workspace: Workspace | null;
  filter: CallFilter;
  cursor: string | null;
}

/** What the fields of an address ask for. Throws `invalid_input` with the field. */
export function callPageQuery(
  { workspace, q, cursor, ...params }: z.infer<typeof CallPageParams>,
  workspaces: readonly Workspace[],
): CallPageQuery {
  const chosen = workspaces.find(({ slug }) => slug === workspace) ?? null;
  if (workspace !== undefined && chosen === null) {
    throw refusal("invalid_input", `There is no workspace ${quote(workspace)}.`, "workspace");
  }
  const filter = { ...callFilterOf(params), ...q === undefined ? {} : { text: q } };
  return { workspace: chosen, filter, cursor: cursor ?? null };
}
