import type { ComponentChildren } from "preact";
import { type FormState, wasSent } from "../(_http)/form_state.ts";
import { fieldId } from "./Fields.tsx";

interface FormProps {
  form: FormState;
  /** The page that answers it; the page that it is on, unless it says otherwise. */
  action?: string;
  /** `inline`: a button or a few short fields in one line. `grid`: short fields beside another. */
  look?: "stack" | "inline" | "grid";
  /** What it does, for who cannot see where it stands. */
  label?: string;
  children: ComponentChildren;
}

/** A form that says what is wrong with it, and works without scripts. */
export default function Form({ form, action, look = "stack", label, children }: FormProps) {
  const { intent, of, problem, problems } = form;
  const hasWrongField = Object.keys(problems).length > 0;
  const isWrong = problem !== null || hasWrongField;
  return (
    <form
      method="post"
      action={action}
      class={`form ${look}`}
      aria-label={label}
      id={fieldId(form, "form")}
      data-sent={wasSent(form) ? "" : undefined}
      noValidate
    >
      <input type="hidden" name="intent" value={intent} />
      {of !== "" && <input type="hidden" name="of" value={of} />}
      {isWrong && (
        <p
          class="problem form-problem"
          tabIndex={-1}
          autofocus={!hasWrongField}
          role="alert"
        >
          {problem ?? "Nothing was saved: see what is marked below."}
        </p>
      )}
      {children}
    </form>
  );
}

interface ActionsProps {
  submit: string;
  /** Where who changed their mind goes. */
  cancel?: string;
  kind?: "main" | "plain" | "danger";
}

/** What ends a form. */
export function Actions({ submit, cancel, kind = "main" }: ActionsProps) {
  return (
    <div class="actions">
      <button type="submit" class={kind === "main" ? "button" : `button ${kind}`}>{submit}</button>
      {cancel !== undefined && <a class="button plain" href={cancel}>Cancel</a>}
    </div>
  );
}
