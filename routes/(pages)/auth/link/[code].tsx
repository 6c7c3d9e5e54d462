import { page } from "fresh";
import { Head } from "fresh/runtime";
import { hashToken } from "../../../../core/tokens/token_text.ts";
import { define } from "../../../../define.ts";
import Command from "../../(_components)/Command.tsx";
import NoticePage from "../../(_components)/NoticePage.tsx";
import PageLife from "../../../../islands/PageLife.tsx";
import { redirectSignedIn } from "../../(_http)/session_cookie.ts";

/** Chats and mail programs fetch links to show previews, so only POST uses one up. */
export const handler = define.handlers({
  GET: () => page({ isSpent: false }),

  async POST(ctx) {
    const { services: { admins: { sessions }, lookUps, now }, address } = ctx.state;
    const { code } = ctx.params;
    const signIn = () => sessions.signIn(code, now());
    const text = await lookUps.run(address, `link ${hashToken(code)}`, signIn);
    if (text === null) return page({ isSpent: true }, { status: 410 });
    return await redirectSignedIn(ctx, "/", text);
  },
});

export default define.page<typeof handler>(({ data }) => data.isSpent ? <Spent /> : <Ready />);

function Ready() {
  return (
    <NoticePage title="Sign in to the dashboard">
      <Head>
        <title>Sign in · Aerostack Gateway</title>
      </Head>
      <p>This link works once. You stay signed in on this browser for 12 hours.</p>
      <form method="post">
        <button type="submit" class="button wide">Sign in</button>
      </form>
      <PageLife />
    </NoticePage>
  );
}

function Spent() {
  return (
    <NoticePage title="This link does not work any more">
      <Head>
        <title>Link used or expired · Aerostack Gateway</title>
      </Head>
      <p>
        A sign-in link works once and for an hour. This one was used, or is older, or is cut off.
      </p>
      <p>Make a new one in the gateway's folder on its machine:</p>
      <Command text="deno task sign-in" />
      <PageLife />
    </NoticePage>
  );
}
