import { type Context, page } from "fresh";
import { countCalls } from "../../../../../core/analytics/count_calls.ts";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { retentionStart } from "../../../../../core/calls/retention.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { viewWorkspace } from "../../../../../core/workspaces/view_workspace.ts";
import { define, type State } from "../../../../../define.ts";
import { answerForm, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import WorkspaceFrame from "../../(_components)/WorkspaceFrame.tsx";
import ArgumentsCard from "../(_components)/ArgumentsCard.tsx";
import CountAgainCard from "../(_components)/CountAgainCard.tsx";
import RemoveCard from "../(_components)/RemoveCard.tsx";
import RetentionCard from "../(_components)/RetentionCard.tsx";
import StateCard from "../(_components)/StateCard.tsx";
import WorkspaceFacts from "../(_components)/WorkspaceFacts.tsx";
import { LimitsCard, NameCard } from "../(_components)/WorkspaceCards.tsx";
import { settingsIntents } from "../(_forms)/settings_intents.ts";

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) =>
    answerForm(ctx, settingsIntents(ctx.params.slug), (submitted) => show(ctx, submitted)),
});

async function show(
  { params, state: { services, admin } }: Context<State>,
  { form, status }: Submitted<never>,
) {
  const workspace = await findWorkspace(services, params.slug);
  const now = services.now();
  const kept = { from: retentionStart(workspace, now), to: new Date(now.getTime() + 1) };
  const isOwner = admin?.role === "owner";
  const [view, calls, hasKept] = await Promise.all([
    viewWorkspace(services, workspace),
    countCalls(services, workspace.id, kept),
    isOwner && services.callArguments.hasKey(workspace.id),
  ]);
  const mayChange = admin !== null && isAtLeast(admin.role, "admin");
  const data = { view, calls, form, mayChange, isOwner, hasKept, now: now.toISOString() };
  return page(data, { status });
}

export default define.page<typeof handler>(({ data, url }) => {
  const { view, calls, form, mayChange, isOwner, hasKept, now } = data;
  return (
    <WorkspaceFrame workspace={view} pathname={url.pathname}>
      {!mayChange && <WorkspaceFacts workspace={view} calls={calls} now={now} />}
      {mayChange && (
        <>
          <NameCard form={form} workspace={view} />
          <LimitsCard form={form} workspace={view} />
          <RetentionCard form={form} workspace={view} calls={calls} />
        </>
      )}
      <ArgumentsCard form={form} workspace={view} isOwner={isOwner} hasKept={hasKept} />
      {mayChange && (
        <>
          <CountAgainCard form={form} />
          <StateCard form={form} workspace={view} now={now} />
          <RemoveCard form={form} workspace={view} calls={calls} />
        </>
      )}
    </WorkspaceFrame>
  );
});
