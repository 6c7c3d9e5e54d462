import { page } from "fresh";
import { GatewayError } from "../../../core/errors.ts";
import { readOwnPage } from "../../../core/members/read_own_page.ts";
import { define } from "../../../define.ts";
import { redirectWithNotice } from "../(_http)/notice_cookie.ts";
import OwnPage from "./(_components)/OwnPage.tsx";
import { submitOwnSecret } from "./(_forms)/submit_member.ts";

export const handler = define.handlers({
  GET: (ctx) => ctx.redirect("/me", 303),

  async POST(ctx) {
    const { services, member } = ctx.state;
    if (member === null) throw new GatewayError("unauthorized", "Cannot set a secret: no member");
    const submitted = await submitOwnSecret(services, ctx.req, member);
    if ("done" in submitted) return redirectWithNotice(ctx, "/me", { text: submitted.done });

    const { form, status } = submitted.problem;
    // Whose token ended meanwhile is asked for a good one there.
    if (status === 401) return ctx.redirect("/me", 303);
    const own = await readOwnPage(services, member);
    return page({ own, form, now: services.now().toISOString() }, { status });
  },
});

export default define.page<typeof handler>(({ data: { own, form, now } }) => (
  <OwnPage own={own} form={form} notice={null} now={now} />
));
