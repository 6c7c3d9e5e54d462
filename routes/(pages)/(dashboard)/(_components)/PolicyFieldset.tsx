import type { ToolPolicy } from "../../../../core/policies/tool_policy.ts";
import { CheckField, TextArea } from "../../(_components)/Fields.tsx";
import type { FormState } from "../../(_http)/form_state.ts";

interface PolicyFieldsetProps {
  form: FormState;
  /** The field of the form that holds the policy. */
  name: string;
  first: ToolPolicy | null;
}

/** Which tools, prompts and resources are shown; `PolicyFields` reads it. */
export default function PolicyFieldset({ form, name, first }: PolicyFieldsetProps) {
  return (
    <>
      <TextArea
        form={form}
        name={`${name}.allow`}
        label="Show only"
        required={false}
        first={first?.allow.join("\n")}
        rows={5}
        placeholder="list_*"
        hint={
          <>
            One pattern a line: <code>*</code> stands for any characters, <code>?</code>{" "}
            for one. Empty shows everything. <code>tool:</code>, <code>prompt:</code> or{" "}
            <code>resource:</code> before a pattern keeps it to that kind.
          </>
        }
      />
      <TextArea
        form={form}
        name={`${name}.deny`}
        label="Hide"
        required={false}
        first={first?.deny.join("\n")}
        rows={5}
        placeholder="delete_*"
        hint="One pattern a line. What is hidden stays hidden, whatever is shown otherwise."
      />
      <CheckField
        form={form}
        name={`${name}.readOnly`}
        label="Read-only"
        first={first?.readOnly ?? false}
        hint={
          <>
            Shows only tools whose server says that they change nothing, and those that{" "}
            <em>Show only</em> names.
          </>
        }
      />
    </>
  );
}
