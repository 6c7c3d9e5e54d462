import type { Context } from "fresh";
import { signInWithGitHub } from "../../../core/admins/sign_in_with_github.ts";
import { asGatewayError } from "../../../core/errors.ts";
import { hashToken } from "../../../core/tokens/token_text.ts";
import { define, type State } from "../../../define.ts";
import { ownPath } from "../(_http)/own_path.ts";
import { redirectSignedIn } from "../(_http)/session_cookie.ts";
import { withNext } from "../(_http)/sign_in_page.ts";
import {
  forgetProblem,
  redirectWithProblem,
  type SignInProblem,
} from "../(_http)/sign_in_problem.ts";
import { type GitHubAnswer, gitHubConfig, takeAnswer } from "./(_github)/oauth.ts";
import { whyFailed, whyGitHubSaidNo } from "./(_github)/why_failed.ts";
import { forgetWantedPage, wantedPage } from "./(_github)/wanted_page.ts";

/** What became of a sign-in. */
type Outcome = { text: string; next: string } | { problem: SignInProblem; next: string };

/** Where GitHub sends the browser back to: begins a session, or says why there is none. */
export const handler = define.handlers({
  async GET(ctx) {
    gitHubConfig(ctx);
    const { services, address } = ctx.state;
    const state = ctx.url.searchParams.get("state") ?? "";
    let outcome: Outcome = { problem: { kind: "failed", why: "unknown" }, next: "/" };
    await services.lookUps.run(address, `callback ${hashToken(state)}`, async () => {
      outcome = await finish(ctx);
      return "text" in outcome ? outcome : null;
    });
    return answer(ctx, outcome);
  },
});

async function answer(ctx: Context<State>, outcome: Outcome): Promise<Response> {
  if ("problem" in outcome) {
    return redirectWithProblem(ctx, withNext("/sign-in", outcome.next), outcome.problem);
  }
  const response = await redirectSignedIn(ctx, outcome.next, outcome.text);
  forgetProblem(ctx, response);
  forgetWantedPage(ctx, response);
  return response;
}

async function finish(ctx: Context<State>): Promise<Outcome> {
  const { services } = ctx.state;
  const error = ctx.url.searchParams.get("error");
  if (error !== null) return { problem: whyGitHubSaidNo(error), next: wantedPage(ctx) };

  let given: GitHubAnswer;
  try {
    given = await takeAnswer(ctx);
  } catch (thrown) {
    services.log(`Cannot finish a sign-in with GitHub: ${thrown}`);
    return { problem: whyFailed(thrown), next: wantedPage(ctx) };
  }

  const next = ownPath(given.next);
  const { gitHub } = services;
  if (gitHub === null) return { problem: { kind: "failed", why: "unknown" }, next };
  try {
    const outcome = await signInWithGitHub({ ...services, gitHub }, given.accessToken);
    return "text" in outcome
      ? { ...outcome, next }
      : { problem: { kind: "refused", ...outcome }, next };
  } catch (thrown) {
    const { code, message } = asGatewayError(thrown);
    if (code !== "upstream_failed" && code !== "limit_reached") throw thrown;
    services.log(`Cannot sign in with GitHub: ${message}`);
    return {
      problem: { kind: "failed", why: code === "limit_reached" ? "full" : "unreachable" },
      next,
    };
  }
}
