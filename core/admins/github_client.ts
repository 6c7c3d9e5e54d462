import { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { Plaintext } from "../secrets/plaintext.ts";
import type { GitHubConfig } from "./github_config.ts";

/** Who an access token belongs to. */
export interface GitHubAccount {
  /** Stays the same when the login changes. */
  id: number;
  login: string;
  /** What the token may see; `null` where GitHub does not say. */
  scopes: readonly string[] | null;
}

/**
 * How somebody stands to an organisation or a team: a member, invited, no member as far as can be
 * seen; or it cannot be seen, since the organisation has not approved the OAuth app, wants its
 * own sign-on first, or the token lacks `read:org`.
 */
export type Membership = "active" | "pending" | "none" | "unapproved" | "sso" | "no_scope";

/** How long GitHub may take for one answer. */
const TIMEOUT_MS = 10_000;

/** The most of an answer that is read. */
const MAX_BYTES = 256 * 1024;

const User = z.object({ id: z.number().int(), login: z.string().min(1).max(100) });
const MembershipAnswer = z.object({ state: z.string() });
const Problem = z.object({ message: z.string() });

interface Deps {
  config: Pick<GitHubConfig, "apiUrl">;
  fetch: typeof fetch;
}

/** Asks GitHub's API about the owner of an access token. */
export class GitHubClient {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Whose token this is; `null` when GitHub does not know it any more. Throws `upstream_failed`
   * when GitHub cannot be asked.
   */
  async whoIs(token: Plaintext): Promise<GitHubAccount | null> {
    const { status, headers, body } = await this.#ask(token, "/user");
    if (status === 401) return null;
    const { success, data } = User.safeParse(body);
    if (status !== 200 || !success) throw cannotAsk("/user", `it answered ${status}`);

    const scopes = headers.get("x-oauth-scopes")?.split(",").map((scope) => scope.trim()) ?? null;
    return { id: data.id, login: data.login, scopes };
  }

  /** How the token's owner stands to an organisation. Throws `upstream_failed`. */
  ofOrg(token: Plaintext, org: string): Promise<Membership> {
    return this.#membership(token, `/user/memberships/orgs/${encodeURIComponent(org)}`);
  }

  /** How somebody stands to a team, also by one of its child teams. Throws `upstream_failed`. */
  ofTeam(token: Plaintext, org: string, team: string, login: string): Promise<Membership> {
    const [inOrg, inTeam, who] = [org, team, login].map(encodeURIComponent);
    return this.#membership(token, `/orgs/${inOrg}/teams/${inTeam}/memberships/${who}`);
  }

  async #membership(token: Plaintext, path: string): Promise<Membership> {
    const { status, headers, body } = await this.#ask(token, path);
    if (status === 404) return "none";
    if (status === 403) {
      return whyHidden(headers, Problem.safeParse(body).data?.message ?? "", path);
    }
    const state = MembershipAnswer.safeParse(body).data?.state;
    if (status === 200 && state === "active") return "active";
    if (status === 200 && state === "pending") return "pending";
    throw cannotAsk(path, `it answered ${status}`);
  }

  async #ask(token: Plaintext, path: string) {
    const { config, fetch } = this.#deps;
    const url = `${config.apiUrl}${path}`;
    try {
      const response = await fetch(url, {
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${token.reveal()}`,
          "user-agent": "aerostack-gateway",
          "x-github-api-version": "2022-11-28",
        },
        // A redirect would take the token along.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await readShort(response);
      return { status: response.status, headers: response.headers, body: parseJson(text) };
    } catch (error) {
      throw cannotAsk(path, error instanceof Error ? error.name : "it failed");
    }
  }
}

/** GitHub hides organisations for several reasons, and names them in words alone. */
function whyHidden(headers: Headers, message: string, path: string): Membership {
  if (headers.get("x-ratelimit-remaining") === "0" || /rate limit/i.test(message)) {
    throw cannotAsk(path, "its limit on requests is reached");
  }
  if (headers.get("x-github-sso") !== null || /SAML/i.test(message)) return "sso";
  if (/OAuth App access restrictions/i.test(message)) return "unapproved";
  return "no_scope";
}

async function readShort(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, sizeBytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BYTES) throw new Error("too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function cannotAsk(path: string, why: string): GatewayError {
  return new GatewayError("upstream_failed", `Cannot ask GitHub for ${path}: ${why}`, {
    publicMessage: "GitHub could not be asked; try again in a minute.",
  });
}
