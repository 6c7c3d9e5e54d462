import { THE_GATEWAY } from "../audit/actor.ts";
import { asGatewayError } from "../errors.ts";
import type { LeaseStore } from "../kv/lease_store.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { hashToken } from "../tokens/token_text.ts";
import type { AdminStore } from "./admin_store.ts";
import type { SignInRules } from "./github_config.ts";
import type { GitHubSignIns } from "./github_sign_ins.ts";
import { findStanding, type Standing } from "./github_standing.ts";
import { openGitHubToken } from "./seal_github_token.ts";
import type { GitHubSignIn, Session } from "./session.ts";

/** How old GitHub's word may be before it is asked again. */
export const CHECK_AFTER_MS = 3_600_000;

/** How old it may be at most, while GitHub cannot be asked. */
export const TRUSTED_MS = 4 * 3_600_000;

/** How soon it is asked again after it could not be asked. */
const RETRY_AFTER_MS = 5 * 60_000;

/** How soon it is asked again when another process has other rules. */
const OTHER_RULES_AFTER_MS = 60_000;

interface Deps {
  /** `null` where nobody signs in with GitHub. */
  gitHub: GitHubSignIns | null;
  admins: AdminStore;
  keyring: Keyring;
  leases: LeaseStore;
  now: () => Date;
  log: (line: string) => void;
}

/**
 * Asks GitHub again, once an hour and when the rules changed, whether somebody who is signed in
 * still may be.
 *
 * It is asked when they next come, by one process, and they wait for the answer. While it cannot
 * be asked they stay in, until its last word is four hours old.
 */
export class SessionChecks {
  readonly #deps: Deps;
  readonly #rulesHash: string;
  readonly #running = new Map<string, Promise<Session | null>>();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#rulesHash = rulesHash(deps.gitHub?.rules ?? null);
  }

  /** The session as it is now, of this cookie text; `null` when it is over. */
  async current(text: string): Promise<Session | null> {
    const { admins, gitHub, now } = this.#deps;
    const session = await admins.sessions.find(text, now());
    if (session === null || session.gitHub === null) return session;
    // Nobody can say whether they still may.
    if (gitHub === null) return null;
    if (!this.#isDue(session.gitHub)) return session;

    const running = this.#running.get(session.id) ?? this.#inTurn(gitHub, text, session);
    this.#running.set(session.id, running);
    return await running.finally(() => this.#running.delete(session.id));
  }

  #isDue({ checkedAt, triedAt, rulesHash }: GitHubSignIn): boolean {
    const nowMs = this.#deps.now().getTime();
    const triedMsAgo = nowMs - Date.parse(triedAt);
    if (rulesHash !== this.#rulesHash) return triedMsAgo >= OTHER_RULES_AFTER_MS;
    if (nowMs - Date.parse(checkedAt) < CHECK_AFTER_MS) return false;
    return checkedAt === triedAt || triedMsAgo >= RETRY_AFTER_MS || this.#isTooOld(checkedAt);
  }

  #isTooOld(checkedAt: string): boolean {
    return this.#deps.now().getTime() - Date.parse(checkedAt) >= TRUSTED_MS;
  }

  /** Asks where no other process does; while one does, its word is waited for by nobody. */
  async #inTurn(gitHub: GitHubSignIns, text: string, before: Session): Promise<Session | null> {
    const { admins, leases, now } = this.#deps;
    const lease = `session check ${before.id}`;
    if (!await leases.hold(lease)) {
      return before.gitHub !== null && this.#isTooOld(before.gitHub.checkedAt) ? null : before;
    }
    try {
      const session = await admins.sessions.find(text, now());
      if (session === null || session.gitHub === null) return session;
      if (!this.#isDue(session.gitHub)) return session;
      return await this.#check(gitHub, text, { ...session, gitHub: session.gitHub });
    } finally {
      await leases.release(lease);
    }
  }

  async #check(
    gitHub: GitHubSignIns,
    text: string,
    session: Session & { gitHub: GitHubSignIn },
  ): Promise<Session | null> {
    const { keyring, now, log } = this.#deps;
    const token = await openGitHubToken(keyring, session);
    if (token === null) return await this.#end(session, "its access token cannot be opened");

    const tried = { ...session.gitHub, triedAt: now().toISOString() };
    try {
      const standing = await findStanding(gitHub.client, gitHub.rules, token);
      return await this.#follow(text, session, tried, standing);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (error.code !== "upstream_failed") throw thrown;
      log(`Cannot check whether "${session.name}" may stay signed in: ${error.message}`);
      if (this.#isTooOld(tried.checkedAt)) {
        return await this.#end(session, "GitHub could not be asked for four hours");
      }
      await this.#deps.admins.sessionChecks.note(text, tried, now());
      return { ...session, gitHub: tried };
    }
  }

  async #follow(
    text: string,
    session: Session,
    tried: GitHubSignIn,
    standing: Standing,
  ): Promise<Session | null> {
    const { admins, now } = this.#deps;
    if (standing.kind === "revoked") {
      return await this.#end(session, "its access token was revoked");
    }
    if (standing.kind === "refused" || standing.account.id !== tried.userId) {
      return await this.#end(session, "GitHub says that no rule lets them in any more");
    }

    const { role, rule, account } = standing;
    const checked = { rule, rulesHash: this.#rulesHash, checkedAt: tried.triedAt };
    const gitHub = { ...tried, ...checked };
    const current = { ...session, name: account.login, role, gitHub };
    if (role === session.role && account.login === session.name) {
      await admins.sessionChecks.note(text, gitHub, now());
    } else await admins.sessions.change(THE_GATEWAY, current, now());
    return current;
  }

  async #end(session: Session, why: string): Promise<null> {
    const { admins, log, now } = this.#deps;
    await admins.sessions.endById(THE_GATEWAY, session.id, now(), why);
    log(`The session of "${session.name}" has ended: ${why}.`);
    return null;
  }
}

/** Stands for the rules by which somebody was let in. */
export function rulesHash(rules: SignInRules | null): string {
  return hashToken(JSON.stringify(rules)).slice(0, 16);
}
