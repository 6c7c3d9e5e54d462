import { GatewayError } from "../errors.ts";
import { newAdminSessionId } from "../ids.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import type { AdminStore } from "./admin_store.ts";
import { findStanding, type UnmetRule } from "./github_standing.ts";
import { sealGitHubToken } from "./seal_github_token.ts";
import type { GitHubSignIns } from "./github_sign_ins.ts";
import { rulesHash } from "./session_checks.ts";

interface Deps {
  gitHub: GitHubSignIns;
  admins: AdminStore;
  keyring: Keyring;
  now: () => Date;
  log: (line: string) => void;
}

/** What became of a sign-in: the text for the session's cookie, or why there is none. */
export type SignInOutcome = { text: string } | { login: string; unmet: UnmetRule[] };

/**
 * Signs the owner of an access token in, where a rule lets them.
 *
 * Throws `upstream_failed` when GitHub cannot be asked, and `limit_reached`.
 */
export async function signInWithGitHub(deps: Deps, accessToken: string): Promise<SignInOutcome> {
  const { admins, gitHub: { client, rules }, keyring, now, log } = deps;
  const standing = await findStanding(client, rules, new Plaintext(accessToken));
  if (standing.kind === "revoked") {
    throw new GatewayError("upstream_failed", "Cannot sign in: GitHub refuses its own token");
  }
  const { account: { id: userId, login } } = standing;
  if (standing.kind === "refused") {
    log(`"${login}" of GitHub was refused: no rule lets them in.`);
    return { login, unmet: standing.unmet };
  }

  const at = now();
  const id = newAdminSessionId();
  const checked = { checkedAt: at.toISOString(), triedAt: at.toISOString() };
  const gitHub = { userId, rule: standing.rule, rulesHash: rulesHash(rules), ...checked };
  const sealed = await sealGitHubToken(keyring, { id }, accessToken);
  const session = { id, name: login, role: standing.role, gitHub, sealed };
  return { text: await admins.sessions.begin(session, at) };
}
