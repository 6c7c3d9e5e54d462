import type { ComponentChildren } from "preact";
import type { FormState } from "../(_http)/form_state.ts";
import { TextField } from "./Fields.tsx";
import Form, { Actions } from "./Form.tsx";

interface ConfirmFormProps {
  form: FormState;
  action?: string;
  /** What opens it, and what its button says: `Remove this server`. */
  title: string;
  /** What has to be typed. */
  word: string;
  /** What will be lost. */
  children: ComponentChildren;
  /** Fields between that and the word. */
  more?: ComponentChildren;
}

/** Asks for the name of what is lost before it is; `confirmed()` checks it. */
export default function ConfirmForm(props: ConfirmFormProps) {
  const { form, action, title, word, children, more } = props;
  const isOpen = Object.keys(form.values).length > 0;
  return (
    <details class="confirm" open={isOpen}>
      <summary class="button danger">{title}…</summary>
      <div class="confirm-body">
        {children}
        <Form form={form} action={action} label={title}>
          {more}
          <TextField form={form} name="confirm" label={`Type ${word} to confirm`} isCode />
          <Actions submit={title} kind="danger" />
        </Form>
      </div>
    </details>
  );
}
