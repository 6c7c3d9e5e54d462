import { define } from "../../../define.ts";
import { readSessionText, redirectWithSession, signedInAdmin } from "../(_http)/session_cookie.ts";

/** Ends the session, in the store as well as in the browser. */
export const handler = define.handlers({
  async POST(ctx) {
    const text = readSessionText(ctx);
    const { admins, now } = ctx.state.services;
    if (text !== null && await signedInAdmin(ctx) !== null) await admins.sessions.end(text, now());
    return redirectWithSession(ctx, "/sign-in", null);
  },
});
