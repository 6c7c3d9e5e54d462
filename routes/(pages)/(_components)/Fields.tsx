import type { ComponentChildren } from "preact";
import { type FormState, wasSent } from "../(_http)/form_state.ts";

/** What every field of a form says. */
interface FieldProps {
  form: FormState;
  /** As the schema has it, with dots into objects: `timeouts.totalSeconds`. */
  name: string;
  label: string;
  /** What helps to fill it in. */
  hint?: ComponentChildren;
  required?: boolean;
}

/** What the field of this name is known by, in this page's every form. */
export function fieldId({ intent, of }: FormState, name: string): string {
  return [intent, of, name].filter((part) => part !== "").join("-").replaceAll(/[^\w-]+/g, "_");
}

/** What was typed into a field, or what stands in it first. */
export function valueOf(form: FormState, name: string, first = ""): string {
  return form.values[name]?.[0] ?? first;
}

/** Whether an entry of a list is chosen: as it was sent, or as it is at first. */
export function isChosen(
  form: FormState,
  name: string,
  option: string,
  first: readonly string[],
): boolean {
  const wasSent = Object.keys(form.values).length > 0;
  return (wasSent ? form.values[name] ?? [] : first).includes(option);
}

interface FrameProps extends FieldProps {
  children: ComponentChildren;
}

/** A label, the field, its hint, and what is wrong with it. */
function Frame({ form, name, label, hint, required, children }: FrameProps) {
  const id = fieldId(form, name);
  const problem = form.problems[name];
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required === false && <span class="optional">optional</span>}
      </label>
      {children}
      {problem !== undefined && <p class="problem" id={`${id}-problem`}>{problem}</p>}
      {hint !== undefined && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** Whether this is the first field with a problem: the browser goes there, also without scripts. */
function isFirstWrong({ problems }: FormState, name: string): boolean {
  return Object.keys(problems)[0] === name;
}

/** What the field itself says of its problem and its hint. */
function described({ form, name, hint }: FieldProps) {
  const id = fieldId(form, name);
  const isWrong = form.problems[name] !== undefined;
  const ids = [...isWrong ? [`${id}-problem`] : [], ...hint === undefined ? [] : [`${id}-hint`]];
  return {
    id,
    name,
    autofocus: isFirstWrong(form, name),
    "aria-invalid": isWrong ? "true" as const : undefined,
    "aria-describedby": ids.length === 0 ? undefined : ids.join(" "),
  };
}

interface TextFieldProps extends FieldProps {
  /** What stands in it at first. */
  first?: string;
  type?: "text" | "url" | "email" | "number" | "date" | "datetime-local" | "search";
  placeholder?: string;
  maxLength?: number;
  min?: number;
  max?: number;
  /** For slugs, URLs and what else is code. */
  isCode?: boolean;
  autofocus?: boolean;
  /** What the browser offers while one types. */
  suggestions?: readonly Option[];
}

/** A line of text; what was typed comes back. */
export function TextField(props: TextFieldProps) {
  const { form, name, first, type = "text", placeholder, maxLength, min, max } = props;
  const { suggestions } = props;
  const listId = suggestions === undefined ? undefined : `${fieldId(form, name)}-list`;
  return (
    <Frame {...props}>
      <input
        {...described(props)}
        list={listId}
        type={type}
        value={valueOf(form, name, first)}
        placeholder={placeholder}
        maxLength={maxLength}
        min={min}
        max={max}
        required={props.required ?? true}
        autocomplete="off"
        autofocus={isFirstWrong(form, name) || (props.autofocus && !wasSent(form))}
        spellcheck={props.isCode ? false : undefined}
        class={props.isCode ? "code" : undefined}
      />
      {suggestions !== undefined && (
        <datalist id={listId}>
          {suggestions.map(({ value, label }) => (
            <option key={value} value={value}>{label}</option>
          ))}
        </datalist>
      )}
    </Frame>
  );
}

interface SecretFieldProps extends FieldProps {
  placeholder?: string;
  maxLength?: number;
}

/** A secret: it is never sent to the browser, also not when something else was wrong. */
export function SecretField(props: SecretFieldProps) {
  return (
    <Frame {...props}>
      <input
        {...described(props)}
        type="password"
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        required={props.required ?? true}
        autocomplete="new-password"
        spellcheck={false}
        class="code"
      />
    </Frame>
  );
}

interface TextAreaProps extends FieldProps {
  first?: string;
  rows?: number;
  placeholder?: string;
}

/** Several lines. */
export function TextArea(props: TextAreaProps) {
  const { form, name, first, rows = 4 } = props;
  return (
    <Frame {...props}>
      <textarea
        {...described(props)}
        rows={rows}
        placeholder={props.placeholder}
        required={props.required ?? true}
        spellcheck={false}
        class="code"
      >
        {valueOf(form, name, first)}
      </textarea>
    </Frame>
  );
}

/** What can be chosen, and how it is called. */
export interface Option {
  value: string;
  label: string;
}

interface SelectFieldProps extends FieldProps {
  options: readonly Option[];
  first?: string;
}

/** One of a few. */
export function SelectField(props: SelectFieldProps) {
  const chosen = valueOf(props.form, props.name, props.first);
  return (
    <Frame {...props}>
      <select {...described(props)}>
        {props.options.map(({ value, label }) => (
          <option key={value} value={value} selected={value === chosen}>{label}</option>
        ))}
      </select>
    </Frame>
  );
}

interface CheckFieldProps extends FieldProps {
  first?: boolean;
}

/** Yes or no; `Checked` reads it. */
export function CheckField(props: CheckFieldProps) {
  const { form, name, label, hint, first = false } = props;
  const id = fieldId(form, name);
  const problem = form.problems[name];
  return (
    <div class="field check">
      <label for={id}>
        <input
          {...described(props)}
          type="checkbox"
          value="on"
          checked={isChosen(form, name, "on", first ? ["on"] : [])}
        />
        {label}
      </label>
      {problem !== undefined && <p class="problem" id={`${id}-problem`}>{problem}</p>}
      {hint !== undefined && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

interface ChecksFieldProps extends FieldProps {
  /** Without its `[]`, the field is a list in what a schema reads. */
  options: readonly Option[];
  first?: readonly string[];
}

/** Any of several. */
export function ChecksField({ form, name, label, hint, options, first = [] }: ChecksFieldProps) {
  const field = `${name}[]`;
  const id = fieldId(form, name);
  const problem = form.problems[field] ?? form.problems[name];
  const isWrong = problem !== undefined;
  const isFirst = isFirstWrong(form, field) || isFirstWrong(form, name);
  return (
    <fieldset class="field checks" aria-describedby={isWrong ? `${id}-problem` : undefined}>
      <legend>{label}</legend>
      <div class="options">
        {options.map((option, index) => (
          <label key={option.value}>
            <input
              type="checkbox"
              name={field}
              value={option.value}
              checked={isChosen(form, field, option.value, first)}
              autofocus={index === 0 && isFirst}
            />
            {option.label}
          </label>
        ))}
      </div>
      {isWrong && <p class="problem" id={`${id}-problem`}>{problem}</p>}
      {hint !== undefined && <p class="hint">{hint}</p>}
    </fieldset>
  );
}
