import type { OwnSecretView, SelfView } from "../../../../core/members/self.ts";
import Badge from "../../(_components)/Badge.tsx";
import Card from "../../(_components)/Card.tsx";
import { SecretField } from "../../(_components)/Fields.tsx";
import Form from "../../(_components)/Form.tsx";
import RelativeTime from "../../(_components)/RelativeTime.tsx";
import StoreShortField from "../../(_components)/StoreShortField.tsx";
import { formOf, type FormState, wasSent } from "../../(_http)/form_state.ts";
import { secretForm } from "../(_forms)/submit_member.ts";

interface OwnSecretsProps {
  self: SelfView;
  form: FormState | null;
  now: string;
}

/** The keys that a member sets, server by server; none is ever shown. */
export default function OwnSecrets({ self: { servers }, form, now }: OwnSecretsProps) {
  const isLost = form !== null && form.problem !== null &&
    !servers.some(({ slug, secrets }) => secrets.some((s) => secretForm(slug, s.name) === form.of));
  return (
    <Card id="secrets" title="Your own secrets">
      <p class="lead">
        Some servers know you by a secret of your own. It is stored encrypted, sent to its server
        alone, and never shown again, to nobody.
      </p>
      {isLost && <p class="problem" role="alert">{form.problem}</p>}
      {servers.length === 0 && (
        <p class="quiet">No server of this workspace wants a secret of your own.</p>
      )}
      {servers.flatMap(({ slug, name, secrets }) =>
        secrets.map((secret) => (
          <OwnSecret
            key={secretForm(slug, secret.name)}
            server={slug}
            serverName={name}
            secret={secret}
            sent={form}
            now={now}
          />
        ))
      )}
    </Card>
  );
}

interface OwnSecretProps {
  server: string;
  serverName: string;
  secret: OwnSecretView;
  sent: FormState | null;
  now: string;
}

function OwnSecret({ server, serverName, secret, sent, now }: OwnSecretProps) {
  const { name, isSet } = secret;
  const setting = formOf(sent, "set", secretForm(server, name));
  const removing = formOf(sent, "remove", secretForm(server, name));
  const cameBack = wasSent(setting);
  return (
    <div class="own-secret">
      <p>
        <strong>{serverName}</strong> <code class="chip">{name}</code>{" "}
        <State secret={secret} now={now} />
      </p>
      <div class="own-forms">
        <Form
          form={setting}
          action="/me/secrets"
          look={cameBack ? undefined : "inline"}
          label={`Set ${name}`}
        >
          <Names server={server} name={name} />
          <SecretField
            form={setting}
            name="value"
            label={isSet ? "New value" : "Value"}
            maxLength={8_192}
          />
          {cameBack && <StoreShortField form={setting} />}
          <button type="submit" class="button">{isSet ? "Replace" : "Set"}</button>
        </Form>
        {isSet && (
          <Form form={removing} action="/me/secrets" look="inline" label={`Remove ${name}`}>
            <Names server={server} name={name} />
            <button type="submit" class="button plain">Remove</button>
          </Form>
        )}
      </div>
    </div>
  );
}

function Names({ server, name }: { server: string; name: string }) {
  return (
    <>
      <input type="hidden" name="server" value={server} />
      <input type="hidden" name="name" value={name} />
    </>
  );
}

/** Whether it is set, and what happens while it is not. */
function State({ secret, now }: { secret: OwnSecretView; now: string }) {
  const { isSet, setAt, hasShared } = secret;
  if (isSet && setAt !== null) {
    return (
      <>
        <Badge kind="good">set</Badge>{" "}
        <span class="quiet">
          <RelativeTime at={setAt} now={now} />
        </span>
      </>
    );
  }
  if (hasShared) {
    return (
      <>
        <Badge kind="neutral">not set</Badge> <span class="quiet">the shared one is sent</span>
      </>
    );
  }
  return (
    <>
      <Badge kind="warn">not set</Badge>{" "}
      <span class="quiet">calls of this server are refused until you set it</span>
    </>
  );
}
