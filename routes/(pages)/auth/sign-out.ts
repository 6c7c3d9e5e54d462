import { define } from "../../../define.ts";
import { readSessionText, redirectWithSession } from "../(_http)/session_cookie.ts";

/** Ends the session, in the store as well as in the browser. */
export const handler = define.handlers({
  async POST(ctx) {
    const text = readSessionText(ctx);
    if (text !== null) await ctx.state.services.admins.sessions.remove(text);
    return redirectWithSession(ctx, "/sign-in", null);
  },
});
