import type { TokenLimits } from "../../../../../core/limits/limits.ts";
import { TextField } from "../../../(_components)/Fields.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

/** How much one token may do; `TokenLimitFields` reads it. */
export default function LimitFieldset({ form, first }: { form: FormState; first: TokenLimits }) {
  const fields = [
    { name: "limits.requestsPerMinute", label: "Requests a minute", at: first.requestsPerMinute },
    { name: "limits.concurrentCalls", label: "Calls at once", at: first.concurrentCalls },
  ];
  return (
    <div class="field-pair">
      {fields.map(({ name, label, at }) => (
        <TextField
          key={name}
          form={form}
          name={name}
          label={label}
          type="number"
          min={1}
          max={1_000_000}
          first={at === null ? "" : String(at)}
          required={false}
          hint="Empty: what the workspace says."
        />
      ))}
    </div>
  );
}
