import type { ConnectionFinding } from "../../../../../../core/servers/connection_finding.ts";
import SlugSuggestion from "../../../../../../islands/SlugSuggestion.tsx";
import { fieldId, SecretField, SelectField, TextField } from "../../../../(_components)/Fields.tsx";
import Form from "../../../../(_components)/Form.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import { PROTOCOLS } from "../../../servers/(_components)/protocol_options.ts";
import ConnectionTest from "../(_islands)/ConnectionTest.tsx";

const SCHEMES = [
  { value: "bearer", label: "Bearer, then the key" },
  { value: "plain", label: "The key alone" },
];

const KEY_FIELDS = ["header", "scheme", "value"];

interface AddServerFormProps {
  form: FormState;
  /** What a test found that this form was sent for. */
  finding: ConnectionFinding | null;
}

/** Asks for a server: what it is called, where it is, and what it needs to be reached. */
export default function AddServerForm({ form, finding }: AddServerFormProps) {
  const isWrong = (...names: string[]) => names.some((name) => form.problems[name] !== undefined);
  return (
    <Form form={form} action="/add/server" label="Add External MCP">
      <TextField
        form={form}
        name="name"
        label="Name"
        placeholder="Internal API"
        maxLength={100}
        autofocus
      />
      <TextField
        form={form}
        name="slug"
        label="Slug"
        required={false}
        isCode
        maxLength={32}
        placeholder="internal-api"
        hint={
          <>
            Its tools are called{" "}
            <code>slug__tool</code>, so it never changes. Left empty, it is made from the name.
          </>
        }
      />
      <SlugSuggestion from={fieldId(form, "name")} to={fieldId(form, "slug")} />
      <div class="field">
        <TextField
          form={form}
          name="url"
          label="URL"
          type="url"
          isCode
          maxLength={2000}
          placeholder="https://mcp.example.com/mcp"
          hint="Where the MCP server listens. The gateway tries it while you type."
        />
        <ConnectionTest formId={fieldId(form, "form")} first={finding} />
      </div>
      <details class="more-fields" data-key="" open={isWrong(...KEY_FIELDS) || needsKey(finding)}>
        <summary>It needs a key</summary>
        <div class="form grid">
          <TextField form={form} name="header" label="Header" first="Authorization" isCode />
          <SelectField form={form} name="scheme" label="Sent as" options={SCHEMES} />
          <SecretField
            form={form}
            name="value"
            label="Key"
            required={false}
            hint="It is sealed, and nobody sees it again. After a problem, type it anew."
          />
        </div>
      </details>
      <details class="more-fields" open={isWrong("protocol")}>
        <summary>More</summary>
        <SelectField
          form={form}
          name="protocol"
          label="Protocol"
          options={PROTOCOLS}
          hint="Which revision of MCP it is spoken to in; the gateway finds that out by itself."
        />
      </details>
      <div class="actions">
        <button type="submit" class="button">Add server</button>
        <button type="submit" class="button plain" formaction="/add/server?test" data-test="">
          Test connection
        </button>
        <a class="button plain" href="/servers">Cancel</a>
      </div>
    </Form>
  );
}

function needsKey(finding: ConnectionFinding | null): boolean {
  return finding?.state === "wants_credentials";
}
