import type { Plaintext } from "../secrets/plaintext.ts";
import type { GitHubAccount, GitHubClient, Membership } from "./github_client.ts";
import type { SignInRules } from "./github_config.ts";
import { isAtLeast, Role } from "./role.ts";

/** Why a rule does not let somebody in. */
export interface UnmetRule {
  /** The rule, as it is shown: `AEROSTACK_ADMINS`, `acme`, `acme/platform`. */
  rule: string;
  kind: "logins" | "org" | "team";
  why: Exclude<Membership, "active">;
}

/** What somebody may do by the rules: a role, nothing, or their token is good no more. */
export type Standing =
  | { kind: "allowed"; account: GitHubAccount; role: Role; rule: string }
  | { kind: "refused"; account: GitHubAccount; unmet: UnmetRule[] }
  | { kind: "revoked" };

const HIGHEST = Role.options[Role.options.length - 1];

/**
 * Asks GitHub who a token belongs to and what the rules make of them: the highest role of all
 * that they fulfil. Throws `upstream_failed` when GitHub cannot be asked.
 */
export async function findStanding(
  client: GitHubClient,
  rules: SignInRules,
  token: Plaintext,
): Promise<Standing> {
  const account = await client.whoIs(token);
  if (account === null) return { kind: "revoked" };

  const met: { role: Role; rule: string }[] = [];
  const unmet: UnmetRule[] = [];
  const listed = rules.logins.find(({ login }) => isSame(login, account.login));
  if (listed !== undefined) met.push({ role: listed.role, rule: "AEROSTACK_ADMINS" });
  else if (rules.logins.length > 0) {
    unmet.push({ rule: "AEROSTACK_ADMINS", kind: "logins", why: "none" });
  }

  if (listed?.role !== HIGHEST) {
    for (const found of await askAboutOrg(client, { rules, token, account })) {
      if ("why" in found) unmet.push(found);
      else met.push(found);
    }
  }

  const best = met.reduce<typeof met[number] | null>(
    (best, one) => best !== null && isAtLeast(best.role, one.role) ? best : one,
    null,
  );
  return best === null
    ? { kind: "refused", account, unmet }
    : { kind: "allowed", account, ...best };
}

interface Question {
  rules: SignInRules;
  token: Plaintext;
  account: GitHubAccount;
}

/** What the rules for the organisation and its teams say, side by side. */
async function askAboutOrg(
  client: GitHubClient,
  { rules: { org, teams }, token, account }: Question,
): Promise<({ role: Role; rule: string } | UnmetRule)[]> {
  if (org === null) return [];
  if (!maySeeOrgs(account)) return [{ rule: org.login, kind: "org", why: "no_scope" }];

  const inOrg = await client.ofOrg(token, org.login);
  // Who is not in the organisation is in none of its teams, whatever a name says.
  if (inOrg !== "active") return [{ rule: org.login, kind: "org", why: inOrg }];
  const inTeams = await Promise.all(teams.map(async ({ slug, role }) => {
    const rule = `${org.login}/${slug}`;
    const membership = await client.ofTeam(token, org.login, slug, account.login);
    if (membership === "active") return { role, rule };
    return { rule, kind: "team" as const, why: membership };
  }));
  return org.role === null ? inTeams : [{ role: org.role, rule: org.login }, ...inTeams];
}

/** Each of these lets a token see the organisations of its owner. */
function maySeeOrgs({ scopes }: GitHubAccount): boolean {
  return scopes === null ||
    scopes.some((scope) => ["read:org", "write:org", "admin:org"].includes(scope));
}

/** Logins differ by more than the case of their letters. */
function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
