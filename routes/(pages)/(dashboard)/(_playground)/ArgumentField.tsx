import type {
  ChoiceSpec,
  FormField,
  GroupField,
  ListField,
  ScalarField,
} from "../../../../core/playground/form_field.ts";
import { SelectField, TextArea, TextField } from "../../(_components)/Fields.tsx";
import { fieldId } from "../../(_components)/Fields.tsx";
import type { FormState } from "../../(_http)/form_state.ts";
import { hintOf, isLong } from "./field_words.ts";

interface Props<Field> {
  form: FormState;
  field: Field;
}

/** The field for one argument, by its kind. */
export default function ArgumentField({ form, field }: Props<FormField>) {
  switch (field.kind) {
    case "group":
      return <Group form={form} field={field} />;
    case "list":
      return <List form={form} field={field} />;
    case "choice":
      return <Choice form={form} field={field} />;
    case "json":
      return <TextArea {...said(form, field)} first={field.first} rows={5} placeholder="JSON" />;
    default:
      return isLong(field)
        ? <TextArea {...said(form, field)} first={field.first} rows={4} />
        : <Line form={form} field={field} />;
  }
}

/** What every field says of itself. */
function said(form: FormState, field: FormField) {
  const { id, label, isRequired } = field;
  return { form, name: id, label, hint: hintOf(field), required: isRequired };
}

function Line({ form, field }: Props<ScalarField>) {
  const type = field.kind === "text" && field.format === "date" ? "date" : "text";
  return (
    <TextField
      {...said(form, field)}
      first={field.first}
      type={type}
      isCode={field.kind !== "text"}
    />
  );
}

function Choice({ form, field }: Props<ScalarField & ChoiceSpec>) {
  const none = field.isRequired && !field.isNullable ? "Choose…" : "(left out)";
  const options = field.options.map(({ json, label }) => ({ value: json, label }));
  return (
    <SelectField
      {...said(form, field)}
      first={field.first}
      options={[{ value: "", label: none }, ...options]}
    />
  );
}

function Group({ form, field }: Props<GroupField>) {
  return (
    <fieldset class="field group">
      <legend>
        {field.label}
        {!field.isRequired && <span class="optional">optional</span>}
      </legend>
      {field.hint !== null && <p class="hint">{hintOf(field)}</p>}
      <div class="form stack">
        {field.fields.map((one) => <ArgumentField key={one.id} form={form} field={one} />)}
      </div>
    </fieldset>
  );
}

/** A row for each entry; those that are left empty say nothing. */
function List({ form, field }: Props<ListField>) {
  const { id, label, item, isRequired } = field;
  const typed = form.values[id] ?? field.first;
  const rows = typed.length === 0 ? [""] : typed;
  const problem = form.problems[id];
  const at = fieldId(form, id);
  return (
    <fieldset
      class="field rows"
      aria-describedby={problem === undefined ? undefined : `${at}-problem`}
    >
      <legend>
        {label}
        {!isRequired && <span class="optional">optional</span>}
      </legend>
      {rows.map((text, number) => (
        <Row
          key={number}
          name={id}
          item={item}
          text={text}
          label={`${label}, entry ${number + 1}`}
        />
      ))}
      <button type="submit" name="do" value={`row ${id}`} class="button plain" data-add-row="">
        Add a row
      </button>
      {problem !== undefined && <p class="problem" id={`${at}-problem`}>{problem}</p>}
      {field.hint !== null && <p class="hint">{hintOf(field)}</p>}
    </fieldset>
  );
}

interface RowProps {
  name: string;
  item: ListField["item"];
  text: string;
  label: string;
}

function Row({ name, item, text, label }: RowProps) {
  if (item.kind !== "choice") {
    return <input name={name} value={text} aria-label={label} autocomplete="off" data-row="" />;
  }
  return (
    <select name={name} aria-label={label} data-row="">
      <option value="">(left out)</option>
      {item.options.map(({ json, label }) => (
        <option key={json} value={json} selected={json === text}>{label}</option>
      ))}
    </select>
  );
}
