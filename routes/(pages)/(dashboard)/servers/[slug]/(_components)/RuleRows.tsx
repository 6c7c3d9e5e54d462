import type { InjectionRule } from "../../../../../../core/secrets/secret.ts";
import { SelectField, TextField, valueOf } from "../../../../(_components)/Fields.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import { RULE_ROWS } from "../(_forms)/rule_fields.ts";

const KINDS = [
  { value: "header", label: "Header" },
  { value: "query", label: "Query parameter" },
];

interface RuleRowsProps {
  form: FormState;
  /** The rules that there are. */
  first?: readonly InjectionRule[];
  /** What is sent when no row is filled in. */
  hint?: string;
}

/** A row for each place where a secret may go; the last ones are out of sight. */
export default function RuleRows({ form, first = [], hint }: RuleRowsProps) {
  const shown = Math.max(1, first.length);
  const [rows, more] = [RULE_ROWS.slice(0, shown), RULE_ROWS.slice(shown)];
  const isUsed = more.some((row) =>
    ["name", "template"].some((part) =>
      valueOf(form, `rules.${row}.${part}`) !== "" || `rules.${row}.${part}` in form.problems
    )
  );
  return (
    <fieldset class="rules">
      <legend>Injection Rules</legend>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {rows.map((row) => <Row key={row} form={form} row={row} first={first[row]} />)}
      {more.length > 0 && (
        <details open={isUsed}>
          <summary>More places</summary>
          <div class="rules">
            {more.map((row) => <Row key={row} form={form} row={row} />)}
          </div>
        </details>
      )}
    </fieldset>
  );
}

interface RowProps {
  form: FormState;
  row: number;
  first?: InjectionRule;
}

function Row({ form, row, first }: RowProps) {
  const number = row === 0 ? "" : ` ${row + 1}`;
  return (
    <div class="rule-row">
      <SelectField
        form={form}
        name={`rules.${row}.kind`}
        label={`Send as${number}`}
        options={KINDS}
        first={first?.kind ?? "header"}
      />
      <TextField
        form={form}
        name={`rules.${row}.name`}
        label={`Its name${number}`}
        first={first?.name}
        placeholder={row === 0 ? "Authorization" : "api_key"}
        required={false}
        isCode
      />
      <TextField
        form={form}
        name={`rules.${row}.template`}
        label={`Template${number}`}
        first={first?.template}
        placeholder="Bearer {{value}}"
        required={false}
        isCode
      />
    </div>
  );
}
