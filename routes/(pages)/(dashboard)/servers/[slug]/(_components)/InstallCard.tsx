import type { Workspace } from "../../../../../../core/workspaces/workspace.ts";
import Card from "../../../../(_components)/Card.tsx";
import { SelectField, TextField } from "../../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../../(_components)/Form.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import PolicyFieldset from "../../../(_components)/PolicyFieldset.tsx";

const ON_CHANGE = [
  { value: "warn", label: "Show it, and note an event" },
  { value: "hold", label: "Hold it until an admin approves" },
];

interface InstallCardProps {
  form: FormState;
  /** Where it is not installed yet. */
  workspaces: readonly Workspace[];
}

/** Installs a server in one more workspace. */
export default function InstallCard({ form, workspaces }: InstallCardProps) {
  const isWrong = Object.keys(form.problems).some((name) => name !== "workspace");
  if (workspaces.length === 0) {
    return (
      <Card id="install" title="Install in a workspace">
        <p class="lead">
          There is no workspace that it is not in yet. <a href="/add/workspace">Add a workspace</a>
        </p>
      </Card>
    );
  }
  return (
    <Card id="install" title="Install in a workspace">
      <Form form={form} label="Install in a workspace">
        <TextField
          form={form}
          name="workspace"
          label="Workspace"
          isCode
          placeholder={workspaces[0].slug}
          suggestions={workspaces.map(({ slug, name }) => ({ value: slug, label: name }))}
          hint="By its slug. Its members see the tools with their next call."
        />
        <details class="more-fields" open={isWrong}>
          <summary>What it shows there</summary>
          <div class="form stack">
            <PolicyFieldset form={form} name="policy" first={null} />
            <SelectField
              form={form}
              name="onChange"
              label="When a tool's definition changes"
              options={ON_CHANGE}
            />
          </div>
        </details>
        <Actions submit="Install" />
      </Form>
    </Card>
  );
}
