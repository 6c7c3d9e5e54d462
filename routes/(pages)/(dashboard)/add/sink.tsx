import { type Context, page } from "fresh";
import { addSink } from "../../../../core/sinks/add_sink.ts";
import { define, type State } from "../../../../define.ts";
import Card from "../../(_components)/Card.tsx";
import Form, { Actions } from "../../(_components)/Form.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { formOf } from "../../(_http)/form_state.ts";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";
import SinkFields from "../settings/(_components)/SinkFields.tsx";
import { headersOf, SinkFields as Fields } from "../settings/(_forms)/sink_forms.ts";

const INTENTS = {
  add: intent("admin", Fields, async ({ header, value, ...input }, { services, by }) => {
    const { id, name } = await addSink(services, by, {
      ...input,
      headers: headersOf({ header, value }),
    });
    const notice = { text: `${name} gets the log. Send it a test record to see that it does.` };
    return { to: `/settings/sinks/${id}`, notice };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

function show(_ctx: Context<State>, { form, status }: Submitted<never>) {
  return Promise.resolve(page({ form }, { status }));
}

export default define.page<typeof handler>(({ data: { form }, state: { admin } }) => (
  <SettingsFrame admin={admin} current="/settings/sinks" below="Add a sink">
    <Card id="add-sink" title="Add a sink">
      <Form form={formOf(form, "add")}>
        <SinkFields form={formOf(form, "add")} />
        <Actions submit="Add this sink" cancel="/settings/sinks" />
      </Form>
    </Card>
  </SettingsFrame>
));
