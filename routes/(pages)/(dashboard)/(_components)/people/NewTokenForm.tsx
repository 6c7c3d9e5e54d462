import { NO_TOKEN_LIMITS } from "../../../../../core/limits/limits.ts";
import { SelectField, TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";
import PolicyFieldset from "../PolicyFieldset.tsx";
import LimitFieldset from "./LimitFieldset.tsx";

/** For how long a token can be made, as the form says it. */
const LASTS = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
  { value: "date", label: "until a date" },
  { value: "never", label: "until it is revoked" },
];

interface NewTokenFormProps {
  form: FormState;
  /** Another one each time that the form is shown: it makes one token, however often it is sent. */
  formId: string;
  /** The page of the workspace's tokens. */
  listPath: string;
}

/** Asks for whom a token is, for how long, and what it may use. */
export default function NewTokenForm({ form, formId, listPath }: NewTokenFormProps) {
  return (
    <Form form={form} label="Create a token">
      <input type="hidden" name="formId" value={formId} />
      <TextField
        form={form}
        name="name"
        label="Person"
        placeholder="Alice Chen"
        maxLength={100}
        autofocus
      />
      <TextField
        form={form}
        name="email"
        label="E-mail address"
        type="email"
        placeholder="alice@example.com"
        maxLength={254}
        required={false}
        hint="With it, all of a person's tokens are ended by one form, and secrets of their own are kept across workspaces."
      />
      <div class="field-pair">
        <SelectField form={form} name="lasts" label="Works" first="90" options={LASTS} />
        <TextField
          form={form}
          name="expiresAt"
          label="Last day"
          type="date"
          required={false}
          hint="Where it works until a date; until the end of that day, UTC."
        />
      </div>
      <details class="more-fields" open={hasRules(form)}>
        <summary>Restrict what it may use</summary>
        <div class="form stack">
          <p class="hint">
            Beside the policy of each install; a pattern may name a server's tool as{" "}
            <code>server__tool</code>.
          </p>
          <PolicyFieldset form={form} name="policy" first={null} />
          <LimitFieldset form={form} first={NO_TOKEN_LIMITS} />
        </div>
      </details>
      <Actions submit="Create the token" cancel={listPath} />
    </Form>
  );
}

/** Whether something was typed, or is wrong, in the part that is closed at first. */
function hasRules({ values, problems }: FormState): boolean {
  const isRule = (name: string) => /^(policy|limits)\./.test(name);
  return Object.keys(problems).some(isRule) ||
    Object.entries(values).some(([name, [value]]) => isRule(name) && value !== "");
}
