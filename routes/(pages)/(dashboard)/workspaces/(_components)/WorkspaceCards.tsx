import type { WorkspaceView } from "../../../../../core/workspaces/workspace.ts";
import Card from "../../../(_components)/Card.tsx";
import { TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";
import { LIMIT_WORDS } from "./limit_words.ts";

interface CardProps {
  /** What was sent to the page, of whichever form. */
  form: FormState | null;
  workspace: WorkspaceView;
}

/** Changes what a workspace is called. */
export function NameCard({ form, workspace: { name } }: CardProps) {
  const rename = formOf(form, "rename");
  return (
    <Card id="name" title="Name">
      <Form form={rename} label="Name">
        <TextField
          form={rename}
          name="name"
          label="Name"
          first={name}
          maxLength={100}
          hint="For people. The slug and the URL stay as they are."
        />
        <Actions submit="Rename" />
      </Form>
    </Card>
  );
}

/** Changes what its tokens may do. */
export function LimitsCard({ form, workspace: { limits } }: CardProps) {
  const change = formOf(form, "limits");
  return (
    <Card id="limits" title="Limits">
      <p class="lead">What is over a limit is refused with a sentence that names it.</p>
      <Form form={change} look="grid" label="Limits">
        {LIMIT_WORDS.map(({ name, label, hint }) => (
          <TextField
            key={name}
            form={change}
            name={`limits.${name}`}
            label={label}
            type="number"
            min={1}
            max={1_000_000}
            required={false}
            first={String(limits[name] ?? "")}
            placeholder="no limit"
            hint={hint}
          />
        ))}
        <Actions submit="Save limits" />
      </Form>
    </Card>
  );
}
