import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { DeliveryState } from "../../../../../core/webhooks/delivery.ts";
import { findWebhook } from "../../../../../core/webhooks/find_webhook.ts";
import { listDeliveries } from "../../../../../core/webhooks/view_delivery.ts";
import { viewWebhook } from "../../../../../core/webhooks/view_webhook.ts";
import type { CreatedWebhook, WebhookView } from "../../../../../core/webhooks/webhook.ts";
import { define, type State } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import ConfirmForm from "../../../(_components)/ConfirmForm.tsx";
import Facts from "../../../(_components)/Facts.tsx";
import { TextField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";
import { withParams } from "../../../(_http)/table_query.ts";
import SettingsFrame from "../../(_components)/SettingsFrame.tsx";
import DeliveriesTable, { STATES } from "../(_components)/DeliveriesTable.tsx";
import NewSecret from "../(_components)/NewSecret.tsx";
import WebhookFields from "../(_components)/WebhookFields.tsx";
import WebhookState from "../(_components)/WebhookState.tsx";
import { webhookIntents } from "../(_forms)/webhook_intents.ts";

const PAGE_SIZE = 25;

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) =>
    answerForm(ctx, webhookIntents(ctx.params.webhook), (submitted) => show(ctx, submitted)),
});

async function show(
  { params, url, state: { services } }: Context<State>,
  { form, shown, status }: Submitted<CreatedWebhook>,
) {
  const webhook = await findWebhook(services, params.webhook);
  const { data: state } = DeliveryState.safeParse(url.searchParams.get("state"));
  const cursor = url.searchParams.get("cursor");
  const [view, deliveries] = await Promise.all([
    viewWebhook(services, webhook),
    listDeliveries(services, { webhook: webhook.id, state }, { limit: PAGE_SIZE, cursor }),
  ]);
  const now = services.now().toISOString();
  return page({ webhook: view, deliveries, state, form, created: shown, now }, { status });
}

export default define.page<typeof handler>(({ data, url, state: { admin } }) => {
  const { webhook, deliveries, state, form, created, now } = data;
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  return (
    <SettingsFrame admin={admin} current="/settings/webhooks" below={webhook.name}>
      {created !== null && <NewSecret name={webhook.name} secret={created.secret} />}
      <About webhook={webhook} form={form} now={now} mayChange={mayChange} />
      <Card id="deliveries" title="Deliveries">
        <p class="buttons filters">
          <a class="button plain" href={url.pathname} aria-current={state === undefined}>All</a>
          {DeliveryState.options.map((option) => (
            <a
              key={option}
              class="button plain"
              href={`${url.pathname}?state=${option}`}
              aria-current={state === option}
            >
              {STATES[option].word}
            </a>
          ))}
        </p>
        {deliveries.items.length === 0
          ? <p class="empty">None. Made ones are kept for 7 days, given up ones for 30.</p>
          : <DeliveriesTable deliveries={deliveries.items} now={now} />}
        {deliveries.nextCursor !== null && (
          <p class="more">
            <a class="button plain" href={withParams(url, { cursor: deliveries.nextCursor })}>
              Older deliveries
            </a>
          </p>
        )}
        {mayChange && webhook.dead > 0 && (
          <Form form={formOf(form, "resend")} look="inline" label="Send again what was given up">
            <button type="submit" class="button plain">Send again what was given up</button>
          </Form>
        )}
      </Card>
      {mayChange && <Changes webhook={webhook} form={form} />}
    </SettingsFrame>
  );
});

interface AboutProps {
  webhook: WebhookView;
  form: FormState | null;
  now: string;
  mayChange: boolean;
}

function About({ webhook, form, now, mayChange }: AboutProps) {
  const { name, url, disabled, secretVersion, earlierSecretUntil, createdAt } = webhook;
  return (
    <Card id="webhook" title={name}>
      <div data-live="webhook-facts">
        <Facts
          facts={[
            ["State", <WebhookState key="state" webhook={webhook} />],
            ["URL", <code key="url" class="wrap">{url}</code>],
            ["Waiting", webhook.pending],
            ["Given up", webhook.dead === 100 ? "100 or more" : webhook.dead],
            ["Added", <RelativeTime key="added" at={createdAt} now={now} />],
            [
              "Signing secret",
              earlierSecretUntil === null ? `version ${secretVersion}` : (
                <>
                  version {secretVersion}; the one before signs, too, until{" "}
                  <RelativeTime at={earlierSecretUntil} now={now} />
                </>
              ),
            ],
          ]}
        />
      </div>
      {mayChange && (
        <div class="buttons card-actions">
          <Form form={formOf(form, "test")} look="inline" label="Try it">
            <button type="submit" class="button plain">Send a test message</button>
          </Form>
          <Form form={formOf(form, "switch")} look="inline" label="Disable or enable it">
            <input type="hidden" name="enabled" value={disabled === null ? "no" : "yes"} />
            <button type="submit" class="button plain">
              {disabled === null ? "Disable" : "Enable"}
            </button>
          </Form>
        </div>
      )}
    </Card>
  );
}

function Changes({ webhook, form }: { webhook: WebhookView; form: FormState | null }) {
  const change = formOf(form, "change");
  const rotate = formOf(form, "rotate");
  return (
    <>
      <Card id="change" title="Settings">
        <Form form={change}>
          <WebhookFields form={change} now={webhook} />
          <Actions submit="Save" />
        </Form>
      </Card>
      <Card id="rotate" title="Rotate the signing secret">
        <p class="lead">
          The new secret is shown once. Until the overlap ends, messages are signed with the old
          secret as well, so that you can change the receiver in the meantime.
        </p>
        <Form form={rotate} look="inline">
          <TextField
            form={rotate}
            name="overlapHours"
            label="Hours in which both sign"
            type="number"
            min={0}
            max={168}
            first="24"
          />
          <Actions submit="Rotate" kind="plain" />
        </Form>
      </Card>
      <Card id="remove" title="Remove">
        <ConfirmForm form={formOf(form, "remove")} title="Remove this webhook" word={webhook.name}>
          <p>Its deliveries go with it, also those that wait. This cannot be undone.</p>
        </ConfirmForm>
      </Card>
    </>
  );
}
