/** Sign-in with GitHub, or any other OAuth 2 server; sessions live in Deno KV. */
export { createGitHubOAuthConfig } from "./github.ts";
export { createHelpers } from "./helpers.ts";
export type { CreateHelpersOptions, Helpers, SignInOptions } from "./helpers.ts";
export { getRequiredEnv } from "./required_env.ts";
export type { Cookie } from "./cookies.ts";
export type { OAuth2ClientConfig, Tokens } from "./oauth_client.ts";
