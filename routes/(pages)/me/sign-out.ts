import { define } from "../../../define.ts";
import { endMemberSession, redirectWithMember } from "../(_http)/member_cookie.ts";

/** Ends a member's session, in the store as well as in the browser. */
export const handler = define.handlers({
  async POST(ctx) {
    await endMemberSession(ctx);
    return redirectWithMember(ctx, null);
  },
});
