import { type Context, page } from "fresh";
import { randomText } from "../../../../../../core/ids.ts";
import type { CreatedToken } from "../../../../../../core/tokens/token.ts";
import { createToken } from "../../../../../../core/tokens/create_token.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { viewWorkspace } from "../../../../../../core/workspaces/view_workspace.ts";
import { define, type State } from "../../../../../../define.ts";
import Card from "../../../../(_components)/Card.tsx";
import {
  answerForm,
  intent,
  NOTHING_SENT,
  type Submitted,
} from "../../../../(_http)/answer_form.ts";
import { formOf } from "../../../../(_http)/form_state.ts";
import { NewTokenFields, tokenInputOf } from "../../../../(_http)/new_token_fields.ts";
import NewTokenCard from "../../../(_components)/people/NewTokenCard.tsx";
import NewTokenForm from "../../../(_components)/people/NewTokenForm.tsx";
import WorkspaceFrame from "../../../(_components)/WorkspaceFrame.tsx";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

const INTENTS = {
  create: intent("admin", NewTokenFields, async (fields, { ctx, services, by }) => {
    const input = tokenInputOf(fields, services.now());
    return { shown: await createToken(services, by, ctx.params.slug, input, fields.formId) };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

/** The new token is in this one answer: in no address, and in no store. */
async function show(
  { params, state: { services } }: Context<State>,
  { form, shown, status }: Submitted<CreatedToken>,
) {
  const workspace = await viewWorkspace(services, await findWorkspace(services, params.slug));
  const formId = randomText(24, ALPHABET);
  const now = services.now().toISOString();
  return page({ workspace, form, created: shown, formId, now }, { status });
}

export default define.page<typeof handler>(({ data }) => {
  const { workspace, form, created, formId, now } = data;
  const listPath = `/workspaces/${workspace.slug}/tokens`;
  return (
    <WorkspaceFrame workspace={workspace} pathname={listPath}>
      {created !== null
        ? <NewTokenCard created={created} workspace={workspace} now={now} />
        : (
          <Card id="create" title="Create a token">
            <p class="lead">
              One person's key to{" "}
              {workspace.name}. It is shown once, on the next page, together with ready
              configuration for their editor.
            </p>
            <NewTokenForm form={formOf(form, "create")} formId={formId} listPath={listPath} />
          </Card>
        )}
    </WorkspaceFrame>
  );
});
