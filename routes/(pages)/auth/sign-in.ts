import { define } from "../../../define.ts";
import { ownPath } from "../(_http)/own_path.ts";
import { forgetProblem, redirectWithProblem } from "../(_http)/sign_in_problem.ts";
import { withNext } from "../(_http)/sign_in_page.ts";
import { beginSignIn, gitHubConfig } from "./(_github)/oauth.ts";
import { keepWantedPage } from "./(_github)/wanted_page.ts";

/**
 * Sends the browser to GitHub: a link, since the policy for forms would hold for the redirects
 * after one, too. What is begun is kept for ten minutes, so it costs its sender as a look-up does.
 */
export const handler = define.handlers({
  async GET(ctx) {
    gitHubConfig(ctx);
    const { lookUps, log } = ctx.state.services;
    const next = ownPath(ctx.url.searchParams.get("next"));
    const chooseAccount = ctx.url.searchParams.get("account") === "other";
    let response: Response | null = null;

    await lookUps.run(ctx.state.address, `sign-in ${crypto.randomUUID()}`, async () => {
      try {
        response = await beginSignIn(ctx, next, { chooseAccount });
      } catch (error) {
        log(`Cannot begin a sign-in with GitHub: ${error}`);
      }
      return null;
    });
    response ??= redirectWithProblem(ctx, withNext("/sign-in", next), {
      kind: "failed",
      why: "unknown",
    });
    forgetProblem(ctx, response);
    keepWantedPage(ctx, response, next);
    return response;
  },
});
