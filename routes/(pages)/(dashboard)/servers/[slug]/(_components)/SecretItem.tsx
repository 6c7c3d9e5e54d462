import type { SecretView } from "../../../../../../core/secrets/secret.ts";
import { sentLine } from "../../../../../../browser/sent_request.ts";
import Badge from "../../../../(_components)/Badge.tsx";
import ConfirmForm from "../../../../(_components)/ConfirmForm.tsx";
import Form, { Actions } from "../../../../(_components)/Form.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState, wasSent } from "../../../../(_http)/form_state.ts";
import RuleRows from "./RuleRows.tsx";
import ValueFields from "./ValueFields.tsx";

interface SecretItemProps {
  secret: SecretView;
  /** Slugs of the workspaces that send it. */
  workspaces: readonly string[];
  form: FormState | null;
  mayChange: boolean;
  now: string;
}

/** A secret: whatever may be shown of it, and what can be done. */
export default function SecretItem(
  { secret, workspaces, form, mayChange, now }: SecretItemProps,
) {
  const { name, version, rules, setAt, setBy, warnings } = secret;
  return (
    <li class="secret" id={`secret-${name}`}>
      <div class="secret-head">
        <strong class="code">{name}</strong>
        <Badge kind="neutral">{ownersOf(secret)}</Badge>
        {secret.isScanned === false && <Badge kind="warn">too short to be looked for</Badge>}
        <span class="quiet">
          version {version}, set <RelativeTime at={setAt} now={now} /> by {setBy}
        </span>
      </div>
      <ul class="sent" aria-label={`How ${name} is sent`}>
        {rules.map((rule) => (
          <li key={`${rule.kind} ${rule.name}`}>
            <span class="quiet">{rule.kind === "header" ? "header" : "query"}</span>{" "}
            <code class="wrap">{sentLine(rule)}</code>
          </li>
        ))}
      </ul>
      {warnings.map((warning) => <p key={warning} class="warning">{warning}</p>)}
      {mayChange && (
        <div class="changes-of">
          <Replace secret={secret} form={formOf(form, "replace", name)} />
          <ChangeRules secret={secret} form={formOf(form, "rules", name)} />
          <ConfirmForm form={formOf(form, "remove", name)} title={`Remove ${name}`} word={name}>
            <p>{lossOf(secret, workspaces)}</p>
          </ConfirmForm>
        </div>
      )}
    </li>
  );
}

interface PartProps {
  secret: SecretView;
  form: FormState;
}

function Replace({ secret, form }: PartProps) {
  return (
    <details class="opens" open={wasSent(form)}>
      <summary class="button plain" aria-label={`New value… for ${secret.name}`}>
        New value…
      </summary>
      <div>
        <Form form={form} label={`A new value of ${secret.name}`}>
          <ValueFields form={form} secret={secret} />
          <Actions submit="Replace the value" />
        </Form>
      </div>
    </details>
  );
}

function ChangeRules({ secret, form }: PartProps) {
  return (
    <details class="opens" open={wasSent(form)}>
      <summary class="button plain" aria-label={`Change rules… for ${secret.name}`}>
        Change rules…
      </summary>
      <div>
        <Form form={form} label={`How ${secret.name} is sent`}>
          <RuleRows
            form={form}
            first={secret.rules}
            hint="Empty a row's name and template to send it there no more. The value stays."
          />
          <Actions submit="Save the rules" />
        </Form>
      </div>
    </details>
  );
}

/** Whose values a secret has. */
function ownersOf({ perMember, isSet, membersSet }: SecretView): string {
  if (!perMember) return "shared";
  const members = membersSet === 1 ? "1 member has set theirs" : `${membersSet} have set theirs`;
  return isSet ? `each member's own, else shared: ${members}` : `each member's own: ${members}`;
}

/** So many workspaces are named. */
const NAMED = 5;

/** What no longer works without it. */
function lossOf({ rules, membersSet }: SecretView, workspaces: readonly string[]): string {
  const places = rules.map(({ kind, name }) =>
    kind === "header" ? `the header ${name}` : `the query parameter ${name}`
  ).join(" and ");
  const named = workspaces.slice(0, NAMED).join(", ");
  const more = workspaces.length > NAMED ? ` and ${workspaces.length - NAMED} more` : "";
  const calls = workspaces.length === 0
    ? "The server is installed nowhere."
    : `Calls from ${named}${more} go on without ${places}, and the server may refuse them.`;
  const own = membersSet === 0 ? "" : ` What ${membersSet} members have set is gone, too.`;
  return `${calls}${own} The value cannot be brought back.`;
}
