import { page } from "fresh";
import { Head } from "fresh/runtime";
import { define } from "../../define.ts";
import Command from "./(_components)/Command.tsx";
import NoticePage from "./(_components)/NoticePage.tsx";
import { signedInAdmin } from "./(_http)/session_cookie.ts";

export const handler = define.handlers({
  async GET(ctx) {
    return await signedInAdmin(ctx) === null ? page() : ctx.redirect("/", 303);
  },
});

/** Says how to sign in to whom nobody has told yet. */
export default define.page(() => (
  <NoticePage title="Sign in with a link">
    <Head>
      <title>Sign in · Aerostack Gateway</title>
    </Head>
    <p>
      When the gateway starts for the first time, it prints a sign-in link. The link works once,
      within an hour.
    </p>
    <p>For a new link, run this in the gateway's folder on its machine:</p>
    <Command text="deno task sign-in" />
    <p class="quiet">
      Without Deno:{" "}
      <code>npx -y deno task sign-in</code>. Set the environment that the gateway was started with,
      so that it finds the same store.
    </p>
  </NoticePage>
));
