import { SelectField, TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

/** What each role may do, in the words of a form. */
export const ROLE_OPTIONS = [
  { value: "viewer", label: "viewer: may look" },
  { value: "admin", label: "admin: may change things" },
  { value: "owner", label: "owner: may do everything" },
];

const DAYS = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
  { value: "never", label: "no end date" },
];

/** Asks for a new admin token. */
export default function AdminTokenForm({ form }: { form: FormState }) {
  return (
    <Form form={form} action="/settings/tokens" look="grid" label="Make a CLI token">
      <TextField
        form={form}
        name="name"
        label="What it is for"
        maxLength={100}
        placeholder="My laptop"
      />
      <SelectField
        form={form}
        name="role"
        label="What it may do"
        options={ROLE_OPTIONS}
        first="admin"
      />
      <SelectField form={form} name="days" label="Works for" options={DAYS} first="90" />
      <Actions submit="Make a CLI token" />
    </Form>
  );
}
