import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";
import { SelectField, TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";
import type { NewSignInLink } from "../(_forms)/session_intents.ts";
import { ROLE_OPTIONS } from "./AdminTokenForm.tsx";

/** The one time that a sign-in link is shown. */
export function NewSignInLinkCard({ link: { name, role, url } }: { link: NewSignInLink }) {
  return (
    <Card id="new-link" title={`A link for ${name}`}>
      <p class="lead">
        It signs one browser in as{" "}
        {role}, once and within an hour, for 12 hours. Send it to nobody but{" "}
        {name}: it is not shown again.
      </p>
      <div data-once="">
        <Command text={url} />
      </div>
    </Card>
  );
}

/** Asks whom a sign-in link is for. */
export function SignInLinkForm({ form }: { form: FormState }) {
  return (
    <Card id="link" title="Sign somebody in with a link">
      <p class="lead">
        For somebody who has no account at GitHub, or for once. Nobody is asked again whether they
        still may; end their session here when they should not.
      </p>
      <Form form={form} look="grid" label="Make a sign-in link">
        <TextField
          form={form}
          name="name"
          label="For whom"
          maxLength={100}
          placeholder="Alice Chen"
        />
        <SelectField
          form={form}
          name="role"
          label="What they may do"
          options={ROLE_OPTIONS}
          first="viewer"
        />
        <Actions submit="Make a sign-in link" />
      </Form>
    </Card>
  );
}
