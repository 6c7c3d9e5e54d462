import { type Context, page } from "fresh";
import { isAtLeast } from "../../../../core/admins/role.ts";
import { noMember } from "../../../../core/members/find_member.ts";
import { MemberPath, type Offboarding } from "../../../../core/members/member.ts";
import { offboardMember } from "../../../../core/members/offboard_member.ts";
import { readPerson } from "../../../../core/members/read_person.ts";
import { define, type State } from "../../../../define.ts";
import PageHeader from "../../(_components)/PageHeader.tsx";
import { answerForm, intent, NOTHING_SENT, type Submitted } from "../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../(_http)/confirmed.ts";
import { formOf } from "../../(_http)/form_state.ts";
import OffboardCard from "../(_components)/people/OffboardCard.tsx";
import OffboardReport from "../(_components)/people/OffboardReport.tsx";
import PersonCards from "../(_components)/people/PersonCards.tsx";

const INTENTS = {
  offboard: intent("admin", ConfirmFields, async (fields, { ctx, services, by }) => {
    const email = emailOf(ctx);
    confirmed(email, fields);
    return { shown: await offboardMember(services, by, email) };
  }),
};

export const handler = define.handlers({
  GET: (ctx) => show(ctx, NOTHING_SENT),
  POST: (ctx) => answerForm(ctx, INTENTS, (submitted) => show(ctx, submitted)),
});

/** The address of this page's person, as they are known by it. Throws `not_found`. */
function emailOf({ params }: Context<State>): string {
  const { success, data } = MemberPath.safeParse({ email: params.email });
  if (!success) throw noMember(params.email);
  return data.email.toLowerCase();
}

async function show(ctx: Context<State>, { form, shown, status }: Submitted<Offboarding>) {
  const { services, admin } = ctx.state;
  const person = await readPerson(services, emailOf(ctx));
  const mayOffboard = admin !== null && isAtLeast(admin.role, "admin");
  const now = services.now().toISOString();
  return page({ person, form, ended: shown, mayOffboard, now }, { status });
}

export default define.page<typeof handler>(({ data }) => {
  const { person, form, ended, mayOffboard, now } = data;
  const { email, names, tokens, secrets } = person;
  const hasNothing = tokens.length === 0 && secrets.length === 0;
  return (
    <>
      <PageHeader
        title={names[0] ?? email}
        windowTitle={email}
        trail={[{ title: "Members", path: "/members" }]}
        beside={names.length > 0 && <code class="chip">{email}</code>}
      >
        <a class="button plain" href={`/calls?${new URLSearchParams({ member: email })}`}>
          Their calls
        </a>
      </PageHeader>
      {ended !== null && <OffboardReport ended={ended} />}
      <PersonCards person={person} now={now} />
      {mayOffboard && !hasNothing && (
        <OffboardCard person={person} form={formOf(form, "offboard")} />
      )}
    </>
  );
});
