import type { InjectionRule } from "../../../../../../core/secrets/secret.ts";
import { sentRequest } from "../../../../../../browser/sent_request.ts";
import SecretPreview from "../../../../../../islands/SecretPreview.tsx";
import Card from "../../../../(_components)/Card.tsx";
import { fieldId, TextField } from "../../../../(_components)/Fields.tsx";
import Form from "../../../../(_components)/Form.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import RuleRows from "./RuleRows.tsx";
import ValueFields from "./ValueFields.tsx";

interface NewSecretProps {
  form: FormState;
  /** The rules that somebody wants to see before they store them. */
  preview: InjectionRule[] | null;
  url: string;
  isFirst: boolean;
}

/** The form that stores a secret, with what the server will get of it. */
export default function NewSecret({ form, preview, url, isFirst }: NewSecretProps) {
  const text = preview === null ? null : sentRequest(url, preview);
  return (
    <Card id="new" title={isFirst ? "Store a secret" : "Store another secret"}>
      <Form form={form} label="Store a secret">
        <TextField
          form={form}
          name="name"
          label="Name"
          placeholder="API_KEY"
          hint="Its name in the gateway. Without an injection rule it is also the name of the header."
          maxLength={64}
          isCode
        />
        <ValueFields form={form} />
        <RuleRows
          form={form}
          hint="Where the value goes at the server. Without a rule it is sent as a header of the secret's own name."
        />
        <SecretPreview form={fieldId(form, "form")} url={url} text={text} />
        <div class="actions">
          <button type="submit" class="button">Store the secret</button>
          <button type="submit" name="preview" value="on" class="button plain without-scripts">
            Show what the server will get
          </button>
        </div>
      </Form>
    </Card>
  );
}
