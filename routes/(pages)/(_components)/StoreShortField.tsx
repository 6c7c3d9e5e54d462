import { MIN_SCANNED_CHARS } from "../../../core/secrets/secret.ts";
import type { FormState } from "../(_http)/form_state.ts";
import { STORE_SHORT } from "../(_http)/short_values.ts";
import { CheckField } from "./Fields.tsx";

/** Whether a secret's value may be too short to be looked for; sent as `allowShort`. */
export default function StoreShortField({ form }: { form: FormState }) {
  return (
    <CheckField
      form={form}
      name="allowShort"
      label={STORE_SHORT}
      hint={`Less than ${MIN_SCANNED_CHARS} characters cannot be looked for in what the server sends back.`}
    />
  );
}
