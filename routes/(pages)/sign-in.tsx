import { page } from "fresh";
import { Head } from "fresh/runtime";
import { define } from "../../define.ts";
import PageLife from "../../islands/PageLife.tsx";
import NoticePage from "./(_components)/NoticePage.tsx";
import { publicOrigin } from "./(_http)/public_origin.ts";
import { ownPath } from "./(_http)/own_path.ts";
import { signedInAdmin } from "./(_http)/session_cookie.ts";
import { withNext } from "./(_http)/sign_in_page.ts";
import { readProblem, type SignInProblem } from "./(_http)/sign_in_problem.ts";
import SignInByLink from "./auth/(_components)/SignInByLink.tsx";
import SignInFailed, { FAILURE_TITLES } from "./auth/(_components)/SignInFailed.tsx";
import SignInRefused from "./auth/(_components)/SignInRefused.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const next = ownPath(ctx.url.searchParams.get("next"));
    if (await signedInAdmin(ctx) !== null) return ctx.redirect(next, 303);

    const { config } = ctx.state.services;
    if (config.gitHub === null) return page({ gitHub: null, problem: null, next });
    const { url, rules: { logins } } = config.gitHub;
    const owners = logins.filter(({ role }) => role === "owner").map(({ login }) => login);
    const problem = readProblem(ctx);
    const gitHub = { url, owners, callbackUrl: `${publicOrigin(ctx)}/auth/callback` };
    return page({ gitHub, problem, next }, { status: problem?.kind === "refused" ? 403 : 200 });
  },
});

/** Lets people sign in with GitHub where that is set up, and says how to do it with a link. */
export default define.page<typeof handler>(({ data: { gitHub, problem, next } }) => (
  <NoticePage title={titleOf(gitHub !== null, problem)}>
    <Head>
      <title>Sign in · Aerostack Gateway</title>
    </Head>
    {gitHub === null ? <SignInByLink /> : (
      <>
        {problem?.kind === "refused" && <SignInRefused problem={problem} {...gitHub} />}
        {problem?.kind === "failed" && <SignInFailed why={problem.why} {...gitHub} />}
        <p class="sign-in-ways">
          <a class="button wide" href={withNext("/auth/sign-in", next)}>
            {problem === null ? "Sign in with GitHub" : "Sign in again"}
          </a>
          {problem?.kind === "refused" && (
            <a class="button plain wide" href={withNext("/auth/sign-in?account=other", next)}>
              Choose another account
            </a>
          )}
        </p>
        {problem?.kind === "refused" && (
          <p class="quiet">
            You are still signed in at GitHub: <a href={`${gitHub.url}/logout`}>sign out there</a>.
          </p>
        )}
        <details class="by-link">
          <summary>Sign in with a link</summary>
          <SignInByLink />
        </details>
      </>
    )}
    <PageLife />
  </NoticePage>
));

function titleOf(hasGitHub: boolean, problem: SignInProblem | null): string {
  if (!hasGitHub) return "Sign in with a link";
  if (problem === null) return "Sign in";
  return problem.kind === "refused"
    ? `${problem.login} may not sign in here`
    : FAILURE_TITLES[problem.why];
}
