import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { grouped } from "../../../../../core/calls/spoken_figures.ts";
import { findSink } from "../../../../../core/sinks/find_sink.ts";
import type { SinkView } from "../../../../../core/sinks/sink.ts";
import { viewSink } from "../../../../../core/sinks/view_sink.ts";
import { define, type State } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import ConfirmForm from "../../../(_components)/ConfirmForm.tsx";
import Facts from "../../../(_components)/Facts.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";
import SettingsFrame from "../../(_components)/SettingsFrame.tsx";
import SinkFields from "../(_components)/SinkFields.tsx";
import SinkState from "../(_components)/SinkState.tsx";
import { sinkIntents } from "../(_forms)/sink_intents.ts";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, sinkIntents(ctx.params.sink), (submitted) => show(ctx, submitted)),
});

async function show(
  { params, state: { services } }: Context<State>,
  { form, status }: Submitted<never>,
) {
  const sink = await viewSink(services, await findSink(services, params.sink));
  return page({ sink, form, now: services.now().toISOString() }, { status });
}

export default define.page<typeof handler>(({ data: { sink, form, now }, state: { admin } }) => {
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  const change = formOf(form, "change");
  return (
    <SettingsFrame admin={admin} current="/settings/sinks" below={sink.name}>
      <About sink={sink} form={form} now={now} mayChange={mayChange} />
      {mayChange && (
        <>
          <Card id="change" title="Settings">
            <Form form={change}>
              <SinkFields form={change} now={sink} />
              <Actions submit="Save" />
            </Form>
          </Card>
          <Card id="remove" title="Remove">
            <ConfirmForm form={formOf(form, "remove")} title="Remove this sink" word={sink.name}>
              <p>It gets no more of the log. What it has got stays where it is.</p>
            </ConfirmForm>
          </Card>
        </>
      )}
    </SettingsFrame>
  );
});

interface AboutProps {
  sink: SinkView;
  form: FormState | null;
  now: string;
  mayChange: boolean;
}

function About({ sink, form, now, mayChange }: AboutProps) {
  const { name, url, kind, headers, enabled, failure, lastSentAt } = sink;
  return (
    <Card id="sink" title={name}>
      <div data-live="sink-facts" class="stack">
        <Facts
          facts={[
            ["State", <SinkState key="state" sink={sink} />],
            ["URL", <code key="url" class="wrap">{url}</code>],
            ["Format", kind === "otlp" ? "OTLP" : "JSON lines"],
            ["Gets", sink.include.join(", ")],
            ["Sent", `${grouped(sink.sentRecords)} records`],
            ["Not wanted by it", grouped(sink.rejectedRecords)],
            ["Expired before they were sent", lostWords(sink)],
            [
              "Last sent",
              lastSentAt === null ? "never" : <RelativeTime key="last" at={lastSentAt} now={now} />,
            ],
          ]}
        />
        {failure !== null && (
          <p class="problem form-problem">
            Since <RelativeTime at={failure.since} now={now} />, in {failure.tries} tries: the sink
            {" "}
            {failure.reason}. It is tried again <RelativeTime at={failure.nextTryAt} now={now} />.
          </p>
        )}
      </div>
      {headers.length > 0 && (
        <ul class="names">
          {headers.map((header) => (
            <li key={header} class="header-chip">
              <code class="chip">{header}: ••••</code>
              {mayChange && (
                <Form form={formOf(form, "drop-header", header)} look="inline">
                  <input type="hidden" name="name" value={header} />
                  <button type="submit" class="button plain" aria-label={`Remove ${header}`}>
                    Remove
                  </button>
                </Form>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayChange && (
        <div class="buttons card-actions">
          <Form form={formOf(form, "test")} look="inline" label="Try it">
            <button type="submit" class="button plain">Send a test record</button>
          </Form>
          <Form form={formOf(form, "switch")} look="inline" label="Disable or enable it">
            <input type="hidden" name="enabled" value={enabled ? "no" : "yes"} />
            <button type="submit" class="button plain">{enabled ? "Disable" : "Enable"}</button>
          </Form>
        </div>
      )}
    </Card>
  );
}

function lostWords({ lostRecords, lostUncounted }: SinkView): string {
  return `${grouped(lostRecords)}${lostUncounted ? ", and some that nobody counted" : ""}`;
}
