import { z } from "zod";
import { RetentionDays } from "../../../../../core/calls/retention.ts";
import { ArgumentLoggingInput } from "../../../../../core/arguments/argument_logging.ts";
import { OnChange } from "../../../../../core/workspaces/workspace.ts";
import { Checked, Lines, numeric } from "../../../(_http)/form_input.ts";
import { InstallLimitFields, WorkspaceLimitFields } from "../../../(_http)/limit_fields.ts";
import { PolicyFields } from "../../../(_http)/policy_fields.ts";

const NAME = "must have 1 to 100 characters";

/** The name of a workspace. */
export const NameField = z.string().trim().min(1, NAME).max(100, NAME);

/** How a server is installed, as the form sends it; `preview` shows what it would do. */
export const InstallFields = z.object({
  policy: PolicyFields,
  onChange: OnChange,
  limits: InstallLimitFields,
  preview: Checked,
});

/** A form with nothing but its button. */
export const NoFields = z.object({});

/** Which server a form is about. */
export const ServerField = z.object({ server: z.string().trim().min(1) });

/** What a workspace lets its tokens do. */
export const LimitsFields = z.object({ limits: WorkspaceLimitFields });

/** For how long calls are kept; `confirm` is asked for when it is shorter than before. */
export const RetentionFields = z.object({
  retentionDays: numeric(RetentionDays),
  confirm: z.string().trim().optional(),
});

/** How arguments of calls are kept. */
export const ArgumentFields = z.object({
  maxBytes: numeric(ArgumentLoggingInput.shape.maxBytes.unwrap()),
  redact: Lines.pipe(ArgumentLoggingInput.shape.redact.unwrap()),
});
