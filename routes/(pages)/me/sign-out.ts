import { define } from "../../../define.ts";
import { readMemberText, redirectWithMember, signedInMember } from "../(_http)/member_cookie.ts";

/**
 * Ends a member's session, in the store as well as in the browser. What is no session is
 * looked up at its sender's cost, and writes nothing.
 */
export const handler = define.handlers({
  async POST(ctx) {
    const text = readMemberText(ctx);
    if (text !== null && await signedInMember(ctx) !== null) {
      await ctx.state.services.selfSessions.remove(text);
    }
    return redirectWithMember(ctx, null);
  },
});
