import { define } from "../../../define.ts";
import { signedInAdmin } from "../(_http)/session_cookie.ts";

/** Lets an admin who is signed in pass, and shows anybody else how to sign in. */
export default define.middleware(async (ctx) => {
  ctx.state.admin = await signedInAdmin(ctx);
  return ctx.state.admin === null ? ctx.redirect("/sign-in", 303) : await ctx.next();
});
