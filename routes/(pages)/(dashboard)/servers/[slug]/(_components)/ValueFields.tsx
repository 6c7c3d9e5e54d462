import type { SecretView } from "../../../../../../core/secrets/secret.ts";
import { CheckField, SecretField, SelectField } from "../../../../(_components)/Fields.tsx";
import StoreShortField from "../../../../(_components)/StoreShortField.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";

const MODES = [
  { value: "shared", label: "One value for all members" },
  { value: "own", label: "Each member sets their own" },
  { value: "fallback", label: "Each member's own, and this one for who has none" },
];

interface ValueFieldsProps {
  form: FormState;
  /** The secret that there is; nothing for a new one. */
  secret?: SecretView;
}

/** Whose value is sent, and the value: the only field that never comes back. */
export default function ValueFields({ form, secret }: ValueFieldsProps) {
  return (
    <>
      <SelectField
        form={form}
        name="mode"
        label="Whose value is sent"
        options={MODES}
        first={modeOf(secret)}
        hint={
          <>
            Members set their own on their page, <code>/me</code>.
          </>
        }
      />
      <SecretField
        form={form}
        name="value"
        label={secret === undefined ? "Value" : "New value"}
        required={modeOf(secret) === "own" ? false : undefined}
        hint="It is sealed at once and shown to nobody again. Leave it empty where each member sets their own."
      />
      <StoreShortField form={form} />
      {secret !== undefined && secret.membersSet > 0 && (
        <CheckField
          form={form}
          name="forget"
          label="Forget the members' own values"
          hint="Needed to go back to one value for all: nobody but the members can give theirs again."
        />
      )}
    </>
  );
}

/** How a secret is now. */
function modeOf(secret: SecretView | undefined): string {
  if (secret === undefined || !secret.perMember) return "shared";
  return secret.isSet ? "fallback" : "own";
}
