import { type Context, page } from "fresh";
import { z } from "zod";
import { isAtLeast } from "../../../../core/admins/role.ts";
import type { KeyUse } from "../../../../core/secrets/key_report.ts";
import { readKeyReport } from "../../../../core/secrets/read_key_report.ts";
import { define, type State } from "../../../../define.ts";
import Badge from "../../(_components)/Badge.tsx";
import Card from "../../(_components)/Card.tsx";
import Form from "../../(_components)/Form.tsx";
import RelativeTime from "../../(_components)/RelativeTime.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { formOf } from "../../(_http)/form_state.ts";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";

const INTENTS = {
  rotate: intent("owner", z.object({}), async (_, { services, by }) => {
    await services.keyRotation.start(by);
    const text = "Everything is sealed again in the background; no call waits for it.";
    return { to: "/settings/keys", notice: { text } };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

async function show({ state: { services } }: Context<State>, { form, status }: Submitted<never>) {
  const report = await readKeyReport(services);
  return page({ report, form, now: services.now().toISOString() }, { status });
}

export default define.page<typeof handler>(({ data: { report, form, now }, state: { admin } }) => {
  const { keys, isRotating, unreadable, next } = report;
  const isOwner = admin !== null && isAtLeast(admin.role, "owner");
  return (
    <SettingsFrame
      admin={admin}
      current="/settings/keys"
      lead="The master keys under which secrets are stored. Only their names are known here."
    >
      <Card id="next" title="What to do next">
        <ul class="steps" data-live="key-steps">
          {next.map((step) => <li key={step}>{step}</li>)}
        </ul>
        {isOwner && (
          <Form form={formOf(form, "rotate")} look="inline" label="Seal everything again">
            <button type="submit" class="button plain" disabled={isRotating}>
              {isRotating ? "Everything is being sealed again…" : "Seal everything again now"}
            </button>
          </Form>
        )}
      </Card>
      <Card id="keys" title="Master keys" count={String(keys.length)}>
        <table>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">State</th>
              <th scope="col">This process has it</th>
              <th scope="col" class="number">Records under it</th>
              <th scope="col">Can be taken out</th>
            </tr>
          </thead>
          <tbody data-live="keys">
            {keys.map((key) => <Row key={key.id} use={key} now={now} />)}
          </tbody>
        </table>
      </Card>
      {unreadable.length > 0 && (
        <Card
          id="unreadable"
          title="Records that cannot be opened"
          count={String(unreadable.length)}
        >
          <p class="lead">
            Start with the key that they are sealed under, or set these secrets anew.
          </p>
          <ul class="names">
            {unreadable.map((record) => (
              <li key={record}>
                <code class="chip">{record}</code>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </SettingsFrame>
  );
});

function Row({ use, now }: { use: KeyUse; now: string }) {
  const { id, state, isPrimary, isLoaded, sealed, isRemovable, sessionsUntil } = use;
  return (
    <tr>
      <td data-label="Key">
        <code>{id}</code>
      </td>
      <td data-label="State">
        {isPrimary
          ? <Badge kind="good">seals</Badge>
          : (
            <Badge kind={state === "unknown" ? "bad" : state === "retired" ? "neutral" : "warn"}>
              {state}
            </Badge>
          )}
      </td>
      <td data-label="This process has it">{isLoaded ? "yes" : "no"}</td>
      <td data-label="Records under it" class="number">{sealed}</td>
      <td data-label="Can be taken out">
        {isRemovable ? "yes" : "no"}
        {sessionsUntil !== null && (
          <span class="quiet">
            ; sessions of it end <RelativeTime at={sessionsUntil} now={now} />
          </span>
        )}
      </td>
    </tr>
  );
}
