import { SelectField, TextArea, TextField } from "../../../(_components)/Fields.tsx";
import Form from "../../../(_components)/Form.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";
import { toolLimitLines } from "../../../(_http)/limit_fields.ts";
import PolicyFieldset from "../../(_components)/PolicyFieldset.tsx";
import type { InstallDraft } from "../(_forms)/install_intents.ts";

const ON_CHANGE = [
  { value: "warn", label: "Show it, and say so in the events" },
  { value: "hold", label: "Hide it until an admin has reviewed it" },
];

interface InstallFieldsProps {
  form: FormState;
  draft: InstallDraft;
  /** Where who changed their mind goes. */
  cancel: string;
}

/** How a server is installed: what is shown of it, and how often it may be called. */
export default function InstallFields({ form, draft, cancel }: InstallFieldsProps) {
  const { policy, onChange, limits } = draft;
  return (
    <Form form={form} label="What members may do with it">
      <PolicyFieldset form={form} name="policy" first={policy} />
      <SelectField
        form={form}
        name="onChange"
        label="When a tool's definition changes"
        options={ON_CHANGE}
        first={onChange}
      />
      <TextField
        form={form}
        name="limits.callsPerMinutePerTool"
        label="Calls a minute, of each tool"
        type="number"
        min={1}
        max={1_000_000}
        required={false}
        first={String(limits.callsPerMinutePerTool ?? "")}
        placeholder="no limit"
        hint="By all members of the workspace together."
      />
      <TextArea
        form={form}
        name="limits.tools"
        label="Tools with a limit of their own"
        required={false}
        rows={3}
        first={toolLimitLines(limits.tools)}
        placeholder="delete_issue 10"
        hint={
          <>
            A tool and its calls a minute in each line; <code>unlimited</code> for as many as come.
          </>
        }
      />
      <div class="actions">
        <button type="submit" class="button">Save</button>
        <button type="submit" class="button plain" name="preview" value="on">Preview</button>
        <a class="button plain" href={cancel}>Cancel</a>
      </div>
    </Form>
  );
}
