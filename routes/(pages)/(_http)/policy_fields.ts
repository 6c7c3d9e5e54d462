import { z } from "zod";
import { quote } from "../../../core/quote.ts";
import { Glob, MAX_GLOBS, policyFrom } from "../../../core/policies/tool_policy.ts";
import { Checked, Lines } from "./form_input.ts";

/** Globs, one a line; what is wrong names the glob. */
const GlobLines = Lines.superRefine((globs, ctx) => {
  if (globs.length > MAX_GLOBS) {
    const message = `must have at most ${MAX_GLOBS} globs; these are ${globs.length}`;
    ctx.addIssue({ code: "custom", message });
  }
  for (const glob of globs) {
    const issue = Glob.safeParse(glob).error?.issues[0];
    if (issue === undefined) continue;
    ctx.addIssue({ code: "custom", message: `${issue.message}: see ${quote(glob)}` });
  }
});

/** The fields of a policy in a form; `null` where they limit nothing. */
export const PolicyFields = z.object({ allow: GlobLines, deny: GlobLines, readOnly: Checked })
  .prefault({}).transform(policyFrom);
