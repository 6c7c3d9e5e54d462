import type { OAuth2ClientConfig } from "./oauth_client.ts";
import { getRequiredEnv } from "./required_env.ts";

/**
 * The configuration for github.com.
 *
 * Takes the client from `GITHUB_CLIENT_ID` and `GITHUB_CLIENT_SECRET`. For another
 * GitHub, replace `authorizationEndpointUri` and `tokenUri` in what it returns.
 */
export function createGitHubOAuthConfig(
  config: { redirectUri?: string; scope?: string | string[] } = {},
): OAuth2ClientConfig {
  return {
    clientId: getRequiredEnv("GITHUB_CLIENT_ID"),
    clientSecret: getRequiredEnv("GITHUB_CLIENT_SECRET"),
    authorizationEndpointUri: "https://github.com/login/oauth/authorize",
    tokenUri: "https://github.com/login/oauth/access_token",
    redirectUri: config.redirectUri,
    defaults: { scope: config.scope },
  };
}
