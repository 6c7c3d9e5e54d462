import { type Context, page } from "fresh";
import { listSessions } from "../../../../core/admins/end_session.ts";
import { isAtLeast } from "../../../../core/admins/role.ts";
import { type SessionView, viewSession } from "../../../../core/admins/session.ts";
import { define, type State } from "../../../../define.ts";
import Card from "../../(_components)/Card.tsx";
import { answerForm, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { formOf } from "../../(_http)/form_state.ts";
import { readTableQuery, type TableColumns, tablePage } from "../../(_http)/table_query.ts";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";
import SessionsTable from "./(_components)/SessionsTable.tsx";
import { NewSignInLinkCard, SignInLinkForm } from "./(_components)/SignInLinkCards.tsx";
import SignInRulesCard from "./(_components)/SignInRulesCard.tsx";
import { type NewSignInLink, SESSION_INTENTS } from "./(_forms)/session_intents.ts";

const COLUMNS: TableColumns<SessionView> = {
  search: ({ name, role, gitHub }) => [name, role, gitHub?.rule],
  sort: {
    name: ({ name }) => name,
    role: ({ role }) => role,
    began: ({ beganAt }) => beganAt,
    ends: ({ expiresAt }) => expiresAt,
  },
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, SESSION_INTENTS, (submitted) => show(ctx, submitted)),
});

async function show(
  { url, state: { services, admin } }: Context<State>,
  { form, shown, status }: Submitted<NewSignInLink>,
) {
  const sessions = admin === null ? [] : await listSessions(services, admin);
  const { gitHub } = services.config;
  const data = {
    form,
    link: shown,
    total: sessions.length,
    table: tablePage(sessions.map(viewSession), readTableQuery(url), COLUMNS),
    isOwner: admin !== null && isAtLeast(admin.role, "owner"),
    rules: gitHub?.rules ?? null,
    gitHubUrl: gitHub?.url ?? "",
    now: services.now().toISOString(),
  };
  return page(data, { status });
}

export default define.page<typeof handler>(({ data, state: { admin }, url }) => {
  const { form, link, total, table, isOwner, rules, gitHubUrl, now } = data;
  return (
    <SettingsFrame
      admin={admin}
      current="/settings/admins"
      lead="Who may use this dashboard, and who does. What is ended opens nothing from the next request on."
    >
      {link !== null && <NewSignInLinkCard link={link} />}
      <Card
        id="sessions"
        title={isOwner ? "Who is signed in" : "Where you are signed in"}
        count={String(total)}
      >
        <SessionsTable
          url={url}
          table={table}
          now={now}
          current={admin?.id ?? null}
          form={form}
        />
      </Card>
      <SignInRulesCard rules={rules} url={gitHubUrl} />
      {isOwner && <SignInLinkForm form={formOf(form, "link")} />}
    </SettingsFrame>
  );
});
