import type { Helpers } from "@deno/kv-oauth";
import type { Context } from "fresh";
import type { GitHubConfig } from "../../../../core/admins/github_config.ts";
import { GatewayError } from "../../../../core/errors.ts";
import type { State } from "../../../../define.ts";
import { publicOrigin } from "../../(_http)/public_origin.ts";

/** The session that the library begins besides ours; it opens nothing and is ended at once. */
const THEIR_COOKIE = "aerostack-oauth";
const THEIR_SECONDS = 60;

/** How long GitHub may take to answer the library, which itself would wait for ever. */
const TIMEOUT_MS = 15_000;

/** What GitHub gave for a sign-in, and the page that was wanted. */
export interface GitHubAnswer {
  accessToken: string;
  next: string;
}

/** How admins sign in with GitHub. Throws `not_found` where they do not. */
export function gitHubConfig({ state: { services } }: Context<State>): GitHubConfig {
  const { gitHub } = services.config;
  if (gitHub === null) throw new GatewayError("not_found", "Cannot sign in: GitHub is not set up");
  return gitHub;
}

/** Sends the browser to GitHub, with a cookie that proves that it was this one. */
export async function beginSignIn(
  ctx: Context<State>,
  next: string,
  { chooseAccount }: { chooseAccount: boolean },
): Promise<Response> {
  const { signIn } = await helpers(ctx);
  const path = `/auth/sign-in?success_url=${encodeURIComponent(next)}`;
  const options = chooseAccount ? { urlParams: { prompt: "select_account" } } : {};
  return await signIn(asSeenOutside(ctx, path), options);
}

/**
 * Takes GitHub's answer. Rejects when the browser is not the one that began it, when it is too
 * late or was taken already, and when GitHub does not accept it.
 */
export async function takeAnswer(ctx: Context<State>): Promise<GitHubAnswer> {
  const { handleCallback, signOut } = await helpers(ctx);
  const { response, sessionId, tokens } = await within(
    TIMEOUT_MS,
    handleCallback(asSeenOutside(ctx, `/auth/callback${ctx.url.search}`)),
  );

  const cookie = `${THEIR_COOKIE}=${sessionId}`;
  await signOut(asSeenOutside(ctx, "/auth/sign-out?success_url=/", cookie));
  return { accessToken: tokens.accessToken, next: response.headers.get("location") ?? "/" };
}

/**
 * The library opens a store when it is loaded, at `DENO_KV_PATH`; `main.ts` sees to it that it
 * is the gateway's own. So it is loaded only where somebody signs in with it.
 */
async function helpers(ctx: Context<State>): Promise<Helpers> {
  const { clientId, clientSecret, url, rules } = gitHubConfig(ctx);
  const { createHelpers } = await import("@deno/kv-oauth");
  const config = {
    clientId,
    clientSecret,
    authorizationEndpointUri: `${url}/login/oauth/authorize`,
    tokenUri: `${url}/login/oauth/access_token`,
    redirectUri: `${publicOrigin(ctx)}/auth/callback`,
    // What is public of an account needs no scope.
    defaults: rules.org === null ? {} : { scope: "read:org" },
  };
  return createHelpers(config, { cookieOptions: { name: THEIR_COOKIE, maxAge: THEIR_SECONDS } });
}

/**
 * The request as the browser made it. A proxy may have taken https off it, by which the library
 * names its cookie; and no referrer takes part in where somebody goes next.
 */
function asSeenOutside(ctx: Context<State>, path: string, cookie?: string): Request {
  const own = cookie ?? ctx.req.headers.get("cookie") ?? "";
  return new Request(publicOrigin(ctx) + path, { headers: { cookie: own } });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TypeError("GitHub took too long")), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
