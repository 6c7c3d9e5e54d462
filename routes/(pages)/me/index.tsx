import { page } from "fresh";
import { readOwnPage } from "../../../core/members/read_own_page.ts";
import { define } from "../../../define.ts";
import { endMemberSession, redirectWithMember, signedInMember } from "../(_http)/member_cookie.ts";
import MemberSignIn from "./(_components)/MemberSignIn.tsx";
import OwnPage from "./(_components)/OwnPage.tsx";
import { submitToken } from "./(_forms)/submit_member.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const token = await signedInMember(ctx);
    if (token === null) return page({ own: null, form: null, notice: null, now: "" });
    const { services, notice } = ctx.state;
    const own = await readOwnPage(services, token);
    return page({ own, form: null, notice, now: services.now().toISOString() });
  },

  async POST(ctx) {
    const { services, address } = ctx.state;
    const submitted = await submitToken(services, ctx.req, address);
    if ("token" in submitted) {
      await endMemberSession(ctx);
      const text = await services.selfSessions.create(submitted.token, services.now());
      return redirectWithMember(ctx, text);
    }
    const { form, status } = submitted.problem;
    return page({ own: null, form, notice: null, now: "" }, { status });
  },
});

export default define.page<typeof handler>(({ data: { own, form, notice, now } }) => {
  return own === null
    ? <MemberSignIn form={form} />
    : <OwnPage own={own} form={form} notice={notice} now={now} />;
});
