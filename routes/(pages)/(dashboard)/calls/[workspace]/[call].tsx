import { type Context, page } from "fresh";
import { z } from "zod";
import type { CallArguments } from "../../../../../core/arguments/call_arguments.ts";
import { readArguments } from "../../../../../core/arguments/read_arguments.ts";
import { calledName } from "../../../../../core/calls/called_name.ts";
import { findCall } from "../../../../../core/calls/find_call.ts";
import { define, type State } from "../../../../../define.ts";
import PageHeader from "../../../(_components)/PageHeader.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../../(_http)/answer_form.ts";
import { OUTCOMES } from "../../(_components)/outcome_words.ts";
import ArgumentsCard from "../(_components)/ArgumentsCard.tsx";
import CallFacts from "../(_components)/CallFacts.tsx";
import WhyCard from "../(_components)/WhyCard.tsx";

/** Read by a form alone, since each reading is on the audit log. */
const INTENTS = {
  arguments: intent("owner", z.object({}), async (_, { ctx, services, by }) => {
    const { workspace, call } = ctx.params;
    return { shown: await readArguments(services, by, workspace, call) };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

async function show(
  { params, state: { services } }: Context<State>,
  { form, shown, status }: Submitted<CallArguments>,
) {
  const { call, workspace } = await findCall(services, params.workspace, params.call);
  const server = call.serverId === null ? null : await services.servers.get(call.serverId);
  return page({
    call,
    workspace: workspace.slug,
    /** As it is called now; `null` where it is gone. */
    server: server?.slug ?? null,
    form,
    shown,
    now: services.now().toISOString(),
  }, { status });
}

export default define.page<typeof handler>(({ data, state: { admin } }) => {
  const { call, workspace, server, form, shown, now } = data;
  const { outcome, reason, argumentsKept } = call;
  return (
    <>
      <PageHeader
        title={calledName(call)}
        windowTitle={`Call of ${calledName(call)}`}
        trail={[
          { title: "Calls", path: "/calls" },
          { title: workspace, path: `/calls?workspace=${workspace}` },
        ]}
        beside={<span class="badge" data-kind={outcome}>{OUTCOMES[outcome]}</span>}
      />
      {reason !== null && <WhyCard call={call} reason={reason} workspace={workspace} />}
      <CallFacts call={call} workspace={workspace} server={server} now={now} />
      <ArgumentsCard
        kept={argumentsKept}
        isOwner={admin?.role === "owner"}
        form={form}
        shown={shown}
      />
    </>
  );
});
