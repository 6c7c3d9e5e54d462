import type { SignInRules } from "../../../../../core/admins/github_config.ts";
import Card from "../../../(_components)/Card.tsx";

interface SignInRulesCardProps {
  /** `null` where nobody signs in with GitHub. */
  rules: SignInRules | null;
  /** The origin of GitHub. */
  url: string;
}

/** Says who may sign in, by which rule, and where that is set. */
export default function SignInRulesCard({ rules, url }: SignInRulesCardProps) {
  return (
    <Card id="rules" title="Who may sign in">
      {rules === null ? <NoGitHub /> : (
        <>
          <p class="lead">
            Of several rules the one with the highest role counts. GitHub is asked at sign-in and
            again each hour. The rules are variables of the gateway's environment.
          </p>
          <table aria-label="Who may sign in">
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Role</th>
                <th scope="col">Variable</th>
              </tr>
            </thead>
            <tbody>{rowsOf(rules, url).map((row) => <Row key={row.href} {...row} />)}</tbody>
          </table>
        </>
      )}
    </Card>
  );
}

function NoGitHub() {
  return (
    <p class="lead">
      Whoever has a sign-in link, which works once. To let people sign in with GitHub, set{" "}
      <code>GITHUB_CLIENT_ID</code>, <code>GITHUB_CLIENT_SECRET</code> and{" "}
      <code>AEROSTACK_ADMINS</code>; <code>docs/sign_in.md</code> says how.
    </p>
  );
}

interface RuleRow {
  who: string;
  name: string;
  href: string;
  role: string;
  variable: string;
}

function Row({ who, name, href, role, variable }: RuleRow) {
  return (
    <tr>
      <td data-label="Who">
        {who} <a href={href}>{name}</a>
      </td>
      <td data-label="Role">{role}</td>
      <td data-label="Variable">
        <code>{variable}</code>
      </td>
    </tr>
  );
}

function rowsOf({ logins, org, teams }: SignInRules, url: string): RuleRow[] {
  const people = logins.map(({ login, role }) => ({
    who: "",
    name: login,
    href: `${url}/${login}`,
    role,
    variable: "AEROSTACK_ADMINS",
  }));
  if (org === null) return people;

  const ofTeams = teams.map(({ slug, role }) => ({
    who: "members of the team",
    name: `${org.login}/${slug}`,
    href: `${url}/orgs/${org.login}/teams/${slug}`,
    role,
    variable: "AEROSTACK_ADMIN_TEAM",
  }));
  if (org.role === null) return [...people, ...ofTeams];
  const ofOrg = {
    who: "members of the organisation",
    name: org.login,
    href: `${url}/${org.login}`,
    role: org.role,
    variable: "AEROSTACK_ADMIN_ORG",
  };
  return [...people, ...ofTeams, ofOrg];
}
