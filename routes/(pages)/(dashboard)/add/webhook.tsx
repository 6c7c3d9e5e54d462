import { type Context, page } from "fresh";
import { createWebhook } from "../../../../core/webhooks/create_webhook.ts";
import type { CreatedWebhook } from "../../../../core/webhooks/webhook.ts";
import { define, type State } from "../../../../define.ts";
import Card from "../../(_components)/Card.tsx";
import Form, { Actions } from "../../(_components)/Form.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { formOf } from "../../(_http)/form_state.ts";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";
import NewSecret from "../settings/(_components)/NewSecret.tsx";
import WebhookFields from "../settings/(_components)/WebhookFields.tsx";
import { WebhookFields as Fields } from "../settings/(_forms)/webhook_forms.ts";

const INTENTS = {
  add: intent("admin", Fields, async (input, { services, by }) => {
    return { shown: await createWebhook(services, by, input) };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

/** The signing secret is in this one answer, and in no address. */
function show(
  _ctx: Context<State>,
  { form, shown, status }: Submitted<CreatedWebhook>,
) {
  return Promise.resolve(page({ form, created: shown }, { status }));
}

export default define.page<typeof handler>(({ data: { form, created }, state: { admin } }) => (
  <SettingsFrame admin={admin} current="/settings/webhooks" below="Add a webhook">
    {created === null
      ? (
        <Card id="add-webhook" title="Add a webhook">
          <Form form={formOf(form, "add")}>
            <WebhookFields form={formOf(form, "add")} />
            <Actions submit="Add this webhook" cancel="/settings/webhooks" />
          </Form>
        </Card>
      )
      : (
        <>
          <NewSecret name={created.name} secret={created.secret} />
          <p class="buttons">
            <a class="button" href={`/settings/webhooks/${created.id}`}>Go on to {created.name}</a>
          </p>
        </>
      )}
  </SettingsFrame>
));
