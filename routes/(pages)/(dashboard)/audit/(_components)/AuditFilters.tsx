import { TextField } from "../../../(_components)/Fields.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";
import FilterForm from "../../(_components)/FilterForm.tsx";

/** What entries are filtered by, and how people call it. */
export const AUDIT_FILTERS = {
  subject: "Done to",
  actor: "Who",
  action: "Did",
  from: "From",
  to: "To",
};

/** Which entries are shown. */
export default function AuditFilters({ form }: { form: FormState }) {
  return (
    <FilterForm
      form={form}
      action="/audit"
      label="Admins' changes"
      first={
        <input
          type="search"
          name="subject"
          value={form.values.subject?.[0] ?? ""}
          placeholder="Done to: a server, a workspace, a person, an id"
          aria-label="Done to: a server, a workspace, a person, an id"
          maxLength={200}
          data-search=""
        />
      }
      further={["actor", "action", "from", "to"]}
    >
      <TextField form={form} name="actor" label="Who" required={false} placeholder="Name or id" />
      <TextField
        form={form}
        name="action"
        label="Did"
        required={false}
        placeholder="token.revoke, or token"
        isCode
      />
      <TextField form={form} name="from" label="From" required={false} type="date" />
      <TextField form={form} name="to" label="To" required={false} type="date" />
    </FilterForm>
  );
}
