import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { findServer } from "../../../../../core/servers/find_server.ts";
import { viewServer } from "../../../../../core/servers/view_server.ts";
import { sentRequest } from "../../../../../browser/sent_request.ts";
import { define, type State } from "../../../../../define.ts";
import ServerFrame from "../../(_components)/ServerFrame.tsx";
import Card from "../../../(_components)/Card.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { formOf } from "../../../(_http)/form_state.ts";
import NewSecret from "./(_components)/NewSecret.tsx";
import SecretItem from "./(_components)/SecretItem.tsx";
import {
  type Previewed,
  removeIntent,
  replaceIntent,
  rulesIntent,
  setIntent,
} from "./(_forms)/secret_forms.ts";

const FORMS = {
  set: setIntent,
  replace: replaceIntent,
  rules: rulesIntent,
  remove: removeIntent,
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, FORMS, (submitted) => show(ctx, submitted)),
});

async function show(ctx: Context<State>, { form, shown, status }: Submitted<Previewed>) {
  const { services, admin } = ctx.state;
  const server = await findServer(services, ctx.params.slug);
  return page({
    server: await viewServer(services, server),
    form,
    preview: shown,
    mayChange: admin !== null && isAtLeast(admin.role, "admin"),
    now: services.now().toISOString(),
  }, { status });
}

export default define.page<typeof handler>(({ data, url }) => {
  const { server, form, preview, mayChange, now } = data;
  const { secrets, workspaces } = server;
  const isLost = form !== null && form.of !== "" && !secrets.some(({ name }) => name === form.of);
  return (
    <ServerFrame server={server} pathname={url.pathname}>
      {isLost && <p class="problem form-problem" role="alert">{form.problem}</p>}
      <Card id="secrets" title="Secrets" count={String(secrets.length)}>
        {secrets.length === 0
          ? (
            <p class="empty">
              Nothing is sent but the call itself. A server that wants an API key gets it here: it
              is sealed, and added to each call on its way, so that no member holds it.
            </p>
          )
          : (
            <ul class="secret-list">
              {secrets.map((secret) => (
                <SecretItem
                  key={secret.name}
                  secret={secret}
                  workspaces={workspaces}
                  form={form}
                  mayChange={mayChange}
                  now={now}
                />
              ))}
            </ul>
          )}
      </Card>
      {secrets.length > 0 && (
        <Card id="sent" title="What the server gets">
          <p class="lead">Each call is sent with these, whoever makes it.</p>
          <pre class="preview" tabIndex={0} role="region" aria-label="A request with its secrets">
            <code>{sentRequest(server.url, secrets.flatMap(({ rules }) => rules))}</code>
          </pre>
        </Card>
      )}
      {mayChange && (
        <NewSecret
          form={formOf(form, "set")}
          preview={preview}
          url={server.url}
          isFirst={secrets.length === 0}
        />
      )}
    </ServerFrame>
  );
});
