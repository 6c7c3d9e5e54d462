import { baseCookie, type Cookie, cookieName, readCookie, writeCookie } from "./cookies.ts";
import { beginSignIn, exchangeCode, type OAuth2ClientConfig, type Tokens } from "./oauth_client.ts";
import {
  dropSiteSession,
  hasSiteSession,
  keepOAuthSession,
  keepSiteSession,
  takeOAuthSession,
} from "./sessions.ts";

const OAUTH_COOKIE = "oauth-session";
const SITE_COOKIE = "site-session";
const SIGN_IN_S = 10 * 60;
const SECOND_MS = 1000;

/** What a sign-in may add to the address that the user is sent to. */
export interface SignInOptions {
  urlParams?: Record<string, string>;
}

/** What the helpers may do otherwise. */
export interface CreateHelpersOptions {
  /** Replaces parts of the session's cookie. */
  cookieOptions?: Partial<Cookie>;
}

/** The four steps of signing in and out. */
export interface Helpers {
  /** Sends the user to the server that signs them in. */
  signIn(request: Request, options?: SignInOptions): Promise<Response>;
  /** Begins the session of a user who came back, and sends them on. */
  handleCallback(request: Request): Promise<{
    response: Response;
    sessionId: string;
    tokens: Tokens;
  }>;
  /** Ends the session. */
  signOut(request: Request): Promise<Response>;
  /** The session that a request belongs to; `undefined` if it has none. */
  getSessionId(request: Request): Promise<string | undefined>;
}

/** Creates the helpers for one server and client. */
export function createHelpers(
  oauthConfig: OAuth2ClientConfig,
  { cookieOptions }: CreateHelpersOptions = {},
): Helpers {
  const siteCookie = (request: Request) => cookieOptions?.name ?? cookieName(request, SITE_COOKIE);

  return {
    async signIn(request, options = {}) {
      const { uri, state, codeVerifier } = await beginSignIn(oauthConfig);
      for (const [name, value] of Object.entries(options.urlParams ?? {})) {
        uri.searchParams.append(name, value);
      }

      const id = crypto.randomUUID();
      const session = { state, codeVerifier, successUrl: successUrl(request) };
      await keepOAuthSession(id, session, SIGN_IN_S * SECOND_MS);

      const response = redirect(uri.href);
      const cookie = baseCookie(request, OAUTH_COOKIE, id);
      writeCookie(response, { ...cookie, maxAge: SIGN_IN_S });
      return response;
    },

    async handleCallback(request) {
      const id = readCookie(request, cookieName(request, OAUTH_COOKIE));
      if (id === undefined) throw new Error("OAuth cookie not found");
      const session = await takeOAuthSession(id);
      const tokens = await exchangeCode(oauthConfig, request.url, session);

      const sessionId = crypto.randomUUID();
      const response = redirect(session.successUrl);
      const cookie: Cookie = {
        ...baseCookie(request, SITE_COOKIE, sessionId),
        ...cookieOptions,
      };
      writeCookie(response, cookie);
      const expireIn = cookie.maxAge ? cookie.maxAge * SECOND_MS : undefined;
      await keepSiteSession(sessionId, expireIn);
      return { response, sessionId, tokens };
    },

    async signOut(request) {
      const response = redirect(successUrl(request));
      const name = siteCookie(request);
      const id = readCookie(request, name);
      if (id === undefined) return response;

      await dropSiteSession(id);
      const { path, secure, domain } = {
        ...baseCookie(request, SITE_COOKIE, ""),
        ...cookieOptions,
      };
      const expires = new Date(0);
      writeCookie(response, { name, value: "", path, secure, domain, expires });
      return response;
    },

    async getSessionId(request) {
      const id = readCookie(request, siteCookie(request));
      return id !== undefined && await hasSiteSession(id) ? id : undefined;
    },
  };
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

/** Where a user goes next: as asked for, back to a page of this site, or home. */
function successUrl(request: Request): string {
  const { origin, searchParams } = new URL(request.url);
  const wanted = searchParams.get("success_url");
  if (wanted !== null) return wanted;

  const referrer = request.headers.get("referer");
  const isOwn = referrer !== null && URL.canParse(referrer) &&
    new URL(referrer).origin === origin;
  return isOwn ? referrer : "/";
}
