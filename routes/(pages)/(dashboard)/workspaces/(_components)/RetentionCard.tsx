import { counted } from "../../../../../core/calls/spoken_figures.ts";
import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Card from "../../../(_components)/Card.tsx";
import { TextField, valueOf } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

interface RetentionCardProps {
  form: FormState | null;
  workspace: WorkspaceView;
  /** How many of its calls are kept. */
  calls: number;
}

/** Changes for how long calls are kept; a shorter time is confirmed, since it deletes. */
export default function RetentionCard({ form, workspace, calls }: RetentionCardProps) {
  const { slug, retentionDays } = workspace;
  const change = formOf(form, "retention");
  const isShorter = Number(valueOf(change, "retentionDays", "Infinity")) < retentionDays;
  return (
    <Card id="retention" title="How long calls are kept">
      <p class="lead">
        The records of calls, with kept arguments, for {counted(retentionDays, "day")} now:{" "}
        {counted(calls, "call")}. Sums for analytics outlive them. A shorter time deletes what is
        older, for good.
      </p>
      <Form form={change} label="How long calls are kept">
        <TextField
          form={change}
          name="retentionDays"
          label="Days"
          type="number"
          min={1}
          max={3_650}
          first={String(retentionDays)}
        />
        {isShorter && (
          <TextField
            form={change}
            name="confirm"
            label={`Type ${slug} to delete what is older`}
            isCode
          />
        )}
        <Actions
          submit={isShorter ? "Keep calls for less time" : "Save"}
          kind={isShorter ? "danger" : "main"}
        />
      </Form>
    </Card>
  );
}
