import { GitHubClient } from "./github_client.ts";
import type { GitHubConfig, SignInRules } from "./github_config.ts";

/** How admins sign in with GitHub here. */
export interface GitHubSignIns {
  client: GitHubClient;
  rules: SignInRules;
}

/**
 * The client and the rules of this configuration; `null` where there is none. GitHub is asked at
 * the address that the operator gave, wherever that leads.
 */
export function createGitHubSignIns(
  config: GitHubConfig | null,
  fetchOutside: typeof fetch,
): GitHubSignIns | null {
  if (config === null) return null;
  return { client: new GitHubClient({ config, fetch: fetchOutside }), rules: config.rules };
}
