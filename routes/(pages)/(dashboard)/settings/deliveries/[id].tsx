import { type Context, page } from "fresh";
import { z } from "zod";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { spokenDuration } from "../../../../../core/calls/spoken_figures.ts";
import { resendDelivery } from "../../../../../core/webhooks/resend_delivery.ts";
import { findDelivery, viewDelivery } from "../../../../../core/webhooks/view_delivery.ts";
import type { DeliveryView } from "../../../../../core/webhooks/delivery.ts";
import { define, type State } from "../../../../../define.ts";
import Badge from "../../../(_components)/Badge.tsx";
import Card from "../../../(_components)/Card.tsx";
import CodeBlock from "../../../(_components)/CodeBlock.tsx";
import Facts from "../../../(_components)/Facts.tsx";
import Form from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import SettingsFrame from "../../(_components)/SettingsFrame.tsx";
import { STATES } from "../(_components)/DeliveriesTable.tsx";
import { KIND_WORDS } from "../(_components)/WebhookFields.tsx";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, intentsOf(ctx.params.id), (submitted) => show(ctx, submitted)),
});

function intentsOf(id: string) {
  return {
    resend: intent("admin", z.object({}), async (_, { services, by }) => {
      await resendDelivery(services, by, id);
      return { to: `/settings/deliveries/${id}`, notice: { text: "It is made again now." } };
    }),
  };
}

async function show(
  { params, state: { services } }: Context<State>,
  { form, status }: Submitted<never>,
) {
  const { delivery, webhook } = await findDelivery(services, params.id);
  const now = services.now().toISOString();
  return page({ delivery: viewDelivery(delivery, webhook), form, now }, { status });
}

export default define.page<typeof handler>(({ data: { delivery, form, now }, state }) => {
  const { admin } = state;
  const { id, webhook, type, createdAt, tries, dueAt, reason, payload } = delivery;
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  const { kind, word } = STATES[delivery.state];
  return (
    <SettingsFrame admin={admin} current="/settings/webhooks" below="A delivery">
      <Card id="delivery" title={`Alert: ${KIND_WORDS[type]}`}>
        <div data-live="delivery-facts">
          <Facts
            facts={[
              ["State", <Badge key="state" kind={kind}>{word}</Badge>],
              [
                "Webhook",
                <a key="webhook" href={`/settings/webhooks/${webhook.id}`}>{webhook.name}</a>,
              ],
              ["Put into the queue", <RelativeTime key="at" at={createdAt} now={now} />],
              ["Attempts", tries],
              ...dueAt === null
                ? []
                : [["Next attempt", <RelativeTime key="due" at={dueAt} now={now} />] as [
                  string,
                  preact.JSX.Element,
                ]],
              ...reason === null ? [] : [["Given up", reason] as [string, string]],
              ["Id", <code key="id">{id}</code>],
            ]}
          />
        </div>
        {mayChange && delivery.state !== "pending" && (
          <Form form={formOf(form, "resend")} look="inline" label="Send it again">
            <button type="submit" class="button plain">Send it again</button>
          </Form>
        )}
      </Card>
      <Attempts attempts={delivery.attempts} now={now} />
      <Card id="payload" title="What is sent">
        <CodeBlock text={JSON.stringify(payload, null, 2)} label="What is sent" />
      </Card>
    </SettingsFrame>
  );
});

function Attempts({ attempts, now }: { attempts: DeliveryView["attempts"]; now: string }) {
  if (attempts.length === 0) return null;
  return (
    <Card id="attempts" title="The last attempts" count={String(attempts.length)}>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col" class="number">Status</th>
            <th scope="col" class="number">Time</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {attempts.toReversed().map(({ at, status, durationMs, error, answer }) => (
            <tr key={at}>
              <td data-label="When">
                <RelativeTime at={at} now={now} />
              </td>
              <td data-label="Status" class="number">{status ?? "none"}</td>
              <td data-label="Time" class="number">{spokenDuration(durationMs)}</td>
              <td data-label="Result" class="wide text">
                {error ?? "taken"}
                {answer !== null && answer !== "" && (
                  <>
                    : <code class="wrap">{answer}</code>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
