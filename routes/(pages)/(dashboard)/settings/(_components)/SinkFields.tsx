import { SinkContent } from "../../../../../core/sinks/sink.ts";
import type { SinkView } from "../../../../../core/sinks/sink.ts";
import {
  CheckField,
  ChecksField,
  SecretField,
  SelectField,
  TextArea,
  TextField,
} from "../../../(_components)/Fields.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

const CONTENT_WORDS: Record<SinkContent, string> = {
  calls: "calls",
  audit: "the audit log",
  events: "what servers did",
};

/** What an admin says of a sink, new or not; `now` is what it is, and absent for a new one. */
export default function SinkFields({ form, now }: { form: FormState; now?: SinkView }) {
  return (
    <>
      <TextField form={form} name="name" label="Name" first={now?.name} maxLength={100} />
      {now === undefined && (
        <SelectField
          form={form}
          name="kind"
          label="Format"
          options={[
            { value: "otlp", label: "OTLP: logs of OpenTelemetry, by HTTP, as JSON" },
            { value: "jsonl", label: "JSON lines: an object on each line" },
          ]}
        />
      )}
      <TextField
        form={form}
        name="url"
        label={now === undefined ? "URL" : "New URL"}
        type="url"
        isCode
        required={now === undefined}
        placeholder={now?.url ?? "https://collector.example.com/v1/logs"}
        hint={now === undefined
          ? "The log is sent there by POST."
          : "Leave it empty to keep the URL. Headers are not kept for another origin."}
      />
      <ChecksField
        form={form}
        name="include"
        label="What is sent"
        options={SinkContent.options.map((value) => ({ value, label: CONTENT_WORDS[value] }))}
        first={now?.include ?? ["calls"]}
      />
      <TextArea
        form={form}
        name="workspaces"
        label="Only calls of these workspaces"
        first={now?.workspaces?.join("\n")}
        required={false}
        rows={3}
        hint="One slug per line. Leave it empty for all workspaces, also future ones."
      />
      {now === undefined && (
        <SelectField
          form={form}
          name="from"
          label="Start with"
          options={[
            { value: "now", label: "what happens from now on" },
            { value: "beginning", label: "the beginning of what is kept" },
          ]}
        />
      )}
      <CheckField form={form} name="gzip" label="Compress what is sent" first={now?.gzip ?? true} />
      <fieldset class="field">
        <legend>{now === undefined ? "Extra header" : "Set a header"}</legend>
        <div class="form inline">
          <TextField
            form={form}
            name="header"
            label="Header"
            required={false}
            isCode
            placeholder="Authorization"
          />
          <SecretField form={form} name="value" label="Value" required={false} maxLength={4096} />
        </div>
        <p class="hint">Its value is stored encrypted and never shown again.</p>
      </fieldset>
    </>
  );
}
