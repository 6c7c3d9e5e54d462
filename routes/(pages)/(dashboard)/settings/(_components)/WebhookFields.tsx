import { AlertKind } from "../../../../../core/webhooks/alert.ts";
import { DEFAULT_ERROR_RULE, type ErrorRule } from "../../../../../core/webhooks/error_rule.ts";
import { ChecksField, TextArea, TextField } from "../../../(_components)/Fields.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

/** What each kind of alert says, in a few words. */
export const KIND_WORDS: Record<AlertKind, string> = {
  "token.revoked": "a token was revoked",
  "admin_token.revoked": "an admin's token was revoked",
  "leak.detected": "a server sent back a secret",
  "server.blocked": "a server was blocked",
  "definition.changed": "a tool or prompt changed",
  "breaker.opened": "a server stopped answering",
  "error_rate.exceeded": "too many calls of a server fail",
};

interface WebhookFieldsProps {
  form: FormState;
  /** What it is now; `undefined` for a new one. */
  now?: {
    name: string;
    url: string;
    kinds: readonly AlertKind[] | null;
    workspaces: readonly string[] | null;
    errorRule: ErrorRule;
  };
}

/** What an admin says of a webhook, new or not. */
export default function WebhookFields({ form, now }: WebhookFieldsProps) {
  const rule = now?.errorRule ?? DEFAULT_ERROR_RULE;
  return (
    <>
      <TextField form={form} name="name" label="Name" first={now?.name} maxLength={100} />
      <TextField
        form={form}
        name="url"
        label={now === undefined ? "URL" : "New URL"}
        type="url"
        isCode
        required={now === undefined}
        placeholder={now?.url ?? "https://alerts.example.com/aerostack"}
        hint={now === undefined
          ? "Alerts are sent there by POST, signed as Standard Webhooks are."
          : "Leave it empty to keep the URL."}
      />
      <ChecksField
        form={form}
        name="kinds"
        label="Alerts"
        options={AlertKind.options.map((value) => ({ value, label: KIND_WORDS[value] }))}
        first={now?.kinds ?? []}
        hint="Choose none to get all alerts, also future kinds."
      />
      <TextArea
        form={form}
        name="workspaces"
        label="Only for these workspaces"
        first={now?.workspaces?.join("\n")}
        required={false}
        rows={3}
        hint="One slug per line. Leave it empty for all workspaces."
      />
      <fieldset class="field">
        <legend>When too many calls fail</legend>
        <div class="form inline">
          <TextField
            form={form}
            name="errorRule.percent"
            label="Percent failed"
            type="number"
            min={1}
            max={100}
            first={String(rule.percent)}
          />
          <TextField
            form={form}
            name="errorRule.minCalls"
            label="Minimum number of calls"
            type="number"
            min={1}
            first={String(rule.minCalls)}
          />
          <TextField
            form={form}
            name="errorRule.windowMinutes"
            label="Within minutes"
            type="number"
            min={1}
            max={60}
            first={String(rule.windowMinutes)}
          />
        </div>
      </fieldset>
    </>
  );
}
