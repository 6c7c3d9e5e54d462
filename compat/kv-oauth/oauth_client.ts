import * as oauth from "oauth4webapi";
import type { OAuthSession } from "./sessions.ts";

/** A client and the server that signs its users in. */
export interface OAuth2ClientConfig {
  clientId: string;
  clientSecret?: string;
  /** Where users come back to; the server's own setting if left out. */
  redirectUri?: string;
  /** Where users are sent to sign in. */
  authorizationEndpointUri: string;
  /** Where a code is exchanged for tokens. */
  tokenUri: string;
  defaults?: { scope?: string | string[] };
}

/** What a server has given for a code. */
export interface Tokens {
  accessToken: string;
  tokenType: string;
  /** In seconds. */
  expiresIn?: number;
  refreshToken?: string;
  scope?: string[];
}

/** A new sign-in: where to send the user, and the proof to keep. */
export async function beginSignIn(
  config: OAuth2ClientConfig,
): Promise<{ uri: URL; state: string; codeVerifier: string }> {
  const state = oauth.generateRandomState();
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const challenge = await oauth.calculatePKCECodeChallenge(codeVerifier);

  const uri = new URL(config.authorizationEndpointUri);
  uri.searchParams.set("response_type", "code");
  uri.searchParams.set("client_id", config.clientId);
  uri.searchParams.set("state", state);
  uri.searchParams.set("code_challenge", challenge);
  uri.searchParams.set("code_challenge_method", "S256");
  if (config.redirectUri) {
    uri.searchParams.set("redirect_uri", config.redirectUri);
  }
  const scope = [config.defaults?.scope ?? []].flat().join(" ");
  if (scope !== "") uri.searchParams.set("scope", scope);
  return { uri, state, codeVerifier };
}

/**
 * Exchanges the code that a user came back with for tokens.
 *
 * Throws for a state that is not the one sent, and for a refusal of the server.
 */
export async function exchangeCode(
  config: OAuth2ClientConfig,
  callbackUrl: string,
  { state, codeVerifier }: OAuthSession,
): Promise<Tokens> {
  const { clientId, clientSecret, redirectUri, tokenUri } = config;
  const server: oauth.AuthorizationServer = {
    issuer: new URL(tokenUri).origin,
    token_endpoint: tokenUri,
  };
  const client: oauth.Client = { client_id: clientId };
  const proof = clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret);

  const url = new URL(callbackUrl);
  const answer = oauth.validateAuthResponse(server, client, url, state);
  const code = answer.get("code");
  if (code === null) throw new Error("Cannot sign in: the answer has no code");

  const parameters = new URLSearchParams({ code, code_verifier: codeVerifier });
  if (redirectUri) parameters.set("redirect_uri", redirectUri);
  const response = await oauth.genericTokenEndpointRequest(
    server,
    client,
    proof,
    "authorization_code",
    parameters,
    { [oauth.allowInsecureRequests]: isLocal(tokenUri) },
  );
  const tokens = await oauth.processGenericTokenEndpointResponse(
    server,
    client,
    response,
  );
  return {
    accessToken: tokens.access_token,
    tokenType: tokens.token_type,
    expiresIn: tokens.expires_in,
    refreshToken: tokens.refresh_token,
    scope: tokens.scope?.split(/[ ,]+/),
  };
}

/** Only a server on this machine may be spoken to without TLS. */
function isLocal(uri: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(uri).hostname);
}
