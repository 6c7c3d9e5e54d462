import { ConfigError, type Environment, readOrigin, readText } from "../environment.ts";
import { Role } from "./role.ts";

/** How admins sign in with GitHub, and who may. */
export interface GitHubConfig {
  clientId: string;
  clientSecret: string;
  /** The origin that people know: https://github.com, or that of a company's own. */
  url: string;
  /** Where its API is, without a trailing slash. */
  apiUrl: string;
  rules: SignInRules;
}

/** Who may sign in, and with which role; of several rules the highest role counts. */
export interface SignInRules {
  logins: readonly { login: string; role: Role }[];
  org: SignInOrg | null;
  teams: readonly { slug: string; role: Role }[];
}

/** The organisation whose members, or whose teams' members, may sign in. */
export interface SignInOrg {
  login: string;
  /** Of all its members; `null` where only its teams may sign in. */
  role: Role | null;
}

/** The variables that say who may, or where; of no use without a client. */
const ABOUT_GITHUB = [
  "AEROSTACK_ADMINS",
  "AEROSTACK_ADMIN_ORG",
  "AEROSTACK_ADMIN_TEAM",
  "AEROSTACK_GITHUB_URL",
];

/** What somebody may do whose rule names no role. */
const USUAL_ROLE: Role = "admin";

/** The most entries of one variable: GitHub is asked about each team. */
const MAX_NAMES = 50;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Reads how admins sign in with GitHub; `null` where nothing of it is set. Throws
 * {@linkcode ConfigError} for what is set by half: a client without its secret or without
 * anybody who may, people without a client, a team without its organisation.
 */
export function readGitHubConfig(env: Environment): GitHubConfig | null {
  const clientId = readText(env, "GITHUB_CLIENT_ID");
  const clientSecret = readText(env, "GITHUB_CLIENT_SECRET");
  if (clientId === null && clientSecret === null) {
    const lonely = ABOUT_GITHUB.find((name) => readText(env, name) !== null);
    if (lonely === undefined) return null;
    throw new ConfigError(
      `${lonely} is set, and the OAuth app to sign in with is not; ` +
        "set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET (docs/sign_in.md says how to get them).",
    );
  }
  if (clientId === null) throw isMissing("GITHUB_CLIENT_SECRET", "GITHUB_CLIENT_ID");
  if (clientSecret === null) throw isMissing("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET");

  return { clientId, clientSecret, ...readUrls(env), rules: readRules(env) };
}

/** What is said at the start where GitHub makes nobody an owner; `null` where it does. */
export function ownerWarning(gitHub: GitHubConfig | null): string | null {
  if (gitHub === null) return null;
  const { logins, org, teams } = gitHub.rules;
  if ([...logins, ...teams, org].some((rule) => rule?.role === "owner")) return null;
  return "Nobody who signs in with GitHub is an owner, who manages admins and keys: name one, as in " +
    "AEROSTACK_ADMINS=octocat:owner, or make a link with `deno task sign-in`.";
}

function isMissing(set: string, missing: string): ConfigError {
  return new ConfigError(`${set} is set and ${missing} is not; the OAuth app has both.`);
}

/** github.com and companies' own addresses on ghe.com have a host for the API. */
function readUrls(env: Environment): Pick<GitHubConfig, "url" | "apiUrl"> {
  const value = readText(env, "AEROSTACK_GITHUB_URL") ?? "https://github.com";
  const url = readOrigin("AEROSTACK_GITHUB_URL", value, "https://github.example.com");
  const { protocol, hostname, host } = new URL(url);
  if (protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) {
    throw new ConfigError(
      `AEROSTACK_GITHUB_URL is "${value}"; use https, since the app's secret is sent there.`,
    );
  }
  const hasApiHost = hostname === "github.com" || hostname.endsWith(".ghe.com");
  return { url, apiUrl: hasApiHost ? `https://api.${host}` : `${url}/api/v3` };
}

function readRules(env: Environment): SignInRules {
  const logins = readNames(env, "AEROSTACK_ADMINS", "octocat:owner,hubot");
  const orgs = readNames(env, "AEROSTACK_ADMIN_ORG", "acme or acme:viewer");
  const teams = readNames(env, "AEROSTACK_ADMIN_TEAM", "platform:owner,support:viewer");

  if (orgs.length > 1) {
    throw new ConfigError("AEROSTACK_ADMIN_ORG names several organisations; name one.");
  }
  if (orgs.length === 0 && teams.length > 0) {
    throw new ConfigError(
      "AEROSTACK_ADMIN_TEAM is set and AEROSTACK_ADMIN_ORG is not; set it to the team's organisation.",
    );
  }
  if (orgs.length === 0 && logins.length === 0) {
    throw new ConfigError(
      "GITHUB_CLIENT_ID is set, but nobody may sign in; name people in AEROSTACK_ADMINS, " +
        "as in octocat:owner,hubot, or their organisation in AEROSTACK_ADMIN_ORG.",
    );
  }

  return {
    logins: logins.map(({ name, role }) => ({ login: name, role: role ?? USUAL_ROLE })),
    org: orgs.length === 0 ? null : {
      login: orgs[0].name,
      role: orgs[0].role ?? (teams.length === 0 ? USUAL_ROLE : null),
    },
    teams: teams.map(({ name, role }) => ({ slug: name, role: role ?? USUAL_ROLE })),
  };
}

/** Names with commas between, each with `:role` behind it where that is not the usual one. */
function readNames(
  env: Environment,
  variable: string,
  example: string,
): { name: string; role: Role | null }[] {
  const entries = (readText(env, variable) ?? "").split(",").map((entry) => entry.trim());
  if (entries.length > MAX_NAMES) {
    throw new ConfigError(`${variable} has ${entries.length} entries; it takes ${MAX_NAMES}.`);
  }
  const named = entries.filter((entry) => entry !== "").map((entry) => {
    const [name, role, ...more] = entry.split(":").map((part) => part.trim());
    const parsed = role === undefined ? null : Role.safeParse(role);
    if (!NAME.test(name) || more.length > 0 || parsed?.success === false) {
      throw new ConfigError(
        `${variable} has the entry "${entry}"; write GitHub's own name, and behind it ` +
          `:viewer, :admin or :owner, as in ${example}.`,
      );
    }
    return { name, role: parsed?.data ?? null };
  });

  const names = named.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return named;
  throw new ConfigError(`${variable} names "${twice}" twice; name everybody once.`);
}
