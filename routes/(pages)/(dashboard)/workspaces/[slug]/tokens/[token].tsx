import { type Context, page } from "fresh";
import { z } from "zod";
import { isAtLeast } from "../../../../../../core/admins/role.ts";
import { TokenId } from "../../../../../../core/ids.ts";
import { lastCallOf, readTokenUse } from "../../../../../../core/overview/read_token_use.ts";
import { noToken } from "../../../../../../core/tokens/find_token.ts";
import { revokeToken } from "../../../../../../core/tokens/revoke_token.ts";
import { updateToken } from "../../../../../../core/tokens/update_token.ts";
import { viewToken } from "../../../../../../core/tokens/view_token.ts";
import { findWorkspace } from "../../../../../../core/workspaces/find_workspace.ts";
import { viewWorkspace } from "../../../../../../core/workspaces/view_workspace.ts";
import { define, type State } from "../../../../../../define.ts";
import {
  answerForm,
  intent,
  NOTHING_SENT,
  type Submitted,
} from "../../../../(_http)/answer_form.ts";
import { TokenLimitFields } from "../../../../(_http)/limit_fields.ts";
import { PolicyFields } from "../../../../(_http)/policy_fields.ts";
import TokenCards from "../../../(_components)/people/TokenCards.tsx";
import { ruleFields } from "../../../(_components)/people/rule_fields.ts";
import WorkspaceFrame from "../../../(_components)/WorkspaceFrame.tsx";

const RuleFields = z.object({ policy: PolicyFields, limits: TokenLimitFields });

const INTENTS = {
  change: intent("admin", RuleFields, async (rules, { ctx, services, by }) => {
    const { slug } = ctx.params;
    const path = ctx.url.pathname;
    const { token: before } = await findToken(ctx);
    const { name, visibleStart } = await updateToken(services, by, slug, before.id, rules);
    const text = `${visibleStart}… of ${name} may use what you said from its next call on.`;
    const undo = { path, fields: { intent: "change", ...ruleFields(before) } };
    return { to: path, notice: { text, undo } };
  }),
  revoke: intent("admin", z.object({}), async (_, { ctx, services, by }) => {
    const { slug } = ctx.params;
    const { token } = await findToken(ctx);
    const { name, visibleStart } = await revokeToken(services, by, slug, token.id);
    const text =
      `Revoked ${visibleStart}… of ${name}: it works no more, and its streams have ended.`;
    return { to: `/workspaces/${slug}/tokens`, notice: { text } };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

/** The token of this address. Throws `not_found`. */
async function findToken({ params, state: { services } }: Context<State>) {
  const workspace = await findWorkspace(services, params.slug);
  const id = TokenId.safeParse(params.token);
  const token = id.success ? await services.tokens.get(workspace.id, id.data) : null;
  if (token === null) throw noToken(params.slug, params.token);
  return { workspace, token };
}

async function show(ctx: Context<State>, { form, status }: Submitted<never>) {
  const { services, admin } = ctx.state;
  const { workspace, token } = await findToken(ctx);
  const [view, use] = await Promise.all([
    viewWorkspace(services, workspace),
    readTokenUse(services, [workspace]),
  ]);
  const data = {
    workspace: view,
    token: viewToken(token, services.now()),
    lastCall: lastCallOf(use.get(workspace.id), token),
    form,
    mayChange: admin !== null && isAtLeast(admin.role, "admin"),
    now: services.now().toISOString(),
  };
  return page(data, { status });
}

export default define.page<typeof handler>(({ data }) => (
  <WorkspaceFrame
    workspace={data.workspace}
    pathname={`/workspaces/${data.workspace.slug}/tokens`}
  >
    <TokenCards {...data} slug={data.workspace.slug} />
  </WorkspaceFrame>
));
