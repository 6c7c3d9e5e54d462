import type { SignInProblem } from "../../(_http)/sign_in_problem.ts";

type Refused = Extract<SignInProblem, { kind: "refused" }>;
type Unmet = Refused["unmet"][number];

interface SignInRefusedProps {
  problem: Refused;
  /** The origin of GitHub. */
  url: string;
  /** Logins of those who may do everything here. */
  owners: readonly string[];
}

/** Says to somebody whom no rule lets in why that is, and whom to ask. */
export default function SignInRefused({ problem, url, owners }: SignInRefusedProps) {
  const { login, unmet } = problem;
  return (
    <>
      <p>
        GitHub says that you are <strong>{login}</strong>. This account may not use the dashboard:
      </p>
      <ul class="reasons">
        {unmet.map((one) => <li key={one.rule}>{reasonOf(one, url)}</li>)}
      </ul>
      <p>
        {owners.length === 0 ? "Ask whoever runs this gateway to let you in." : (
          <>
            To be let in, ask {owners.map((owner, at) => (
              <>
                {at > 0 && ", "}
                <a href={`${url}/${owner}`}>{owner}</a>
              </>
            ))}.
          </>
        )}
      </p>
    </>
  );
}

/** What is missing, and what can be done where that is something. */
function reasonOf({ rule, kind, why }: Unmet, url: string) {
  if (kind === "logins") return "The login is not on the list of admins.";
  const what = kind === "org" ? "organisation" : "team";
  const org = rule.split("/")[0];
  const name = <strong>{rule}</strong>;
  if (why === "pending") {
    return (
      <>
        The invitation to the {what} {name} has not been accepted yet:{" "}
        <a href={`${url}/orgs/${org}/invitation`}>accept it</a>, and sign in again.
      </>
    );
  }
  if (why === "unapproved") {
    return (
      <>
        The organisation <strong>{org}</strong>{" "}
        has not approved this gateway's OAuth app, so that GitHub does not show who is in it. One of
        its owners can do that in the organisation's settings, under <em>Third-party access</em>
        ; then sign in again.
      </>
    );
  }
  if (why === "sso") {
    return (
      <>
        The organisation <strong>{org}</strong> wants its own sign-on first:{" "}
        <a href={`${url}/orgs/${org}/sso`}>sign on there</a>, and sign in again.
      </>
    );
  }
  if (why === "no_scope") {
    return (
      <>
        GitHub does not show whether it is in the {what} {name}, since the permission{" "}
        <code>read:org</code> was not given; sign in again and allow it.
      </>
    );
  }
  return <>It is not a member of the {what} {name}.</>;
}
