import type { ServerView } from "../../../../../../core/servers/server.ts";
import Card from "../../../../(_components)/Card.tsx";
import Facts from "../../../../(_components)/Facts.tsx";
import { SelectField, TextArea, TextField } from "../../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../../(_components)/Form.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import { PROTOCOLS } from "../../(_components)/protocol_options.ts";

const ON_LEAK = [
  { value: "redact", label: "Take it out, and say so in an event" },
  { value: "block", label: "Take it out, and block the server" },
];

/** What may be changed of a server; the slug stays, since tool names carry it. */
export function SettingsCard({ server, form }: { server: ServerView; form: FormState }) {
  const { name, url, protocol, timeouts, maxConcurrent, forwardHeaders, onLeak } = server;
  const seconds = (field: keyof typeof timeouts, label: string, hint: string, isOpen = false) => (
    <TextField
      form={form}
      name={`timeouts.${field}`}
      label={label}
      type="number"
      min={1}
      max={3600}
      required={!isOpen}
      first={String(timeouts[field] ?? "")}
      hint={hint}
    />
  );
  return (
    <Card id="settings" title="Settings">
      <Form form={form} label="Settings of the server">
        <TextField form={form} name="name" label="Name" first={name} maxLength={100} />
        <TextField
          form={form}
          name="url"
          label="URL"
          type="url"
          isCode
          first={url}
          maxLength={2000}
          hint="Its secrets go to this address from the next call on."
        />
        <SelectField
          form={form}
          name="protocol"
          label="Protocol"
          options={PROTOCOLS}
          first={protocol}
          hint="Which revision of MCP it is spoken to in; found out by itself unless it is fixed."
        />
        <fieldset class="fieldset">
          <legend>Timeouts, in seconds</legend>
          <div class="form grid">
            {seconds(
              "connectSeconds",
              "Connecting",
              "Finding out how it speaks, opening a session.",
            )}
            {seconds(
              "totalSeconds",
              "A whole call",
              "Without the time in which a person is asked.",
            )}
            {seconds("firstByteSeconds", "First byte", "Empty: as long as the call.", true)}
            {seconds(
              "idleSeconds",
              "Silence",
              "Within an answer. Empty: as long as the call.",
              true,
            )}
          </div>
        </fieldset>
        <TextField
          form={form}
          name="maxConcurrent"
          label="Calls at once"
          type="number"
          min={1}
          max={10000}
          first={String(maxConcurrent)}
          hint="How many each process of the gateway may have at it; further ones wait."
        />
        <TextArea
          form={form}
          name="forwardHeaders"
          label="Headers of the client that it gets"
          required={false}
          rows={3}
          first={forwardHeaders.join("\n")}
          placeholder="accept-language"
          hint="One name a line, at most 20. Credentials of the client are never forwarded."
        />
        <SelectField
          form={form}
          name="onLeak"
          label="When it sends back a secret"
          options={ON_LEAK}
          first={onLeak}
        />
        <Actions submit="Save" />
      </Form>
    </Card>
  );
}

/** The same for who may only look. */
export function SettingsFacts({ server }: { server: ServerView }) {
  const { timeouts, maxConcurrent, forwardHeaders, onLeak, protocol } = server;
  const spoken = (seconds: number | null) =>
    seconds === null ? "as long as the call" : `${seconds} s`;
  return (
    <Card id="settings" title="Settings">
      <Facts
        facts={[
          ["Protocol", PROTOCOLS.find(({ value }) => value === protocol)?.label],
          ["Connecting", spoken(timeouts.connectSeconds)],
          ["A whole call", spoken(timeouts.totalSeconds)],
          ["First byte", spoken(timeouts.firstByteSeconds)],
          ["Silence", spoken(timeouts.idleSeconds)],
          ["Calls at once", maxConcurrent],
          [
            "Headers that it gets",
            forwardHeaders.length === 0 ? "none" : forwardHeaders.join(", "),
          ],
          ["When it sends back a secret", ON_LEAK.find(({ value }) => value === onLeak)?.label],
        ]}
      />
    </Card>
  );
}
