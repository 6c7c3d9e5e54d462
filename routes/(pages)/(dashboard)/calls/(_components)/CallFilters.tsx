import { Outcome } from "../../../../../core/calls/call.ts";
import { fieldId, TextField, valueOf } from "../../../(_components)/Fields.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";
import FilterForm from "../../(_components)/FilterForm.tsx";
import { OUTCOMES } from "../../(_components)/outcome_words.ts";

const FURTHER = ["server", "tool", "member", "from", "to"];

/** Which calls are shown. */
export default function CallFilters(
  { form, workspaces }: { form: FormState; workspaces: readonly string[] },
) {
  const chosen = valueOf(form, "workspace");
  const outcome = valueOf(form, "outcome");
  return (
    <FilterForm
      form={form}
      action="/calls"
      label="Calls"
      searchHint="Person, tool or server"
      further={FURTHER}
      first={
        <>
          <select id={fieldId(form, "workspace")} name="workspace" aria-label="Workspace">
            <option value="">All workspaces</option>
            {workspaces.map((slug) => (
              <option key={slug} value={slug} selected={slug === chosen}>{slug}</option>
            ))}
          </select>
          <select id={fieldId(form, "outcome")} name="outcome" aria-label="Outcome">
            <option value="">Any outcome</option>
            {Outcome.options.map((value) => (
              <option key={value} value={value} selected={value === outcome}>
                {OUTCOMES[value]}
              </option>
            ))}
          </select>
        </>
      }
    >
      <TextField form={form} name="server" label="Server" required={false} isCode />
      <TextField form={form} name="tool" label="Tool" required={false} isCode />
      <TextField
        form={form}
        name="member"
        label="Person"
        required={false}
        placeholder="Name, e-mail or token id"
      />
      <TextField
        form={form}
        name="from"
        label="From"
        required={false}
        type={typeOf(form, "from")}
      />
      <TextField form={form} name="to" label="To" required={false} type={typeOf(form, "to")} />
    </FilterForm>
  );
}

/** A day is picked; a time that an address says is a text. */
function typeOf(form: FormState, name: string): "date" | "text" {
  return /^(\d{4}-\d{2}-\d{2})?$/.test(valueOf(form, name)) ? "date" : "text";
}
