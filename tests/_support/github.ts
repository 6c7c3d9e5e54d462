import { createHash, randomUUID } from "node:crypto";
import { serveLocally } from "./upstream.ts";

/** Somebody with an account. */
export interface GitHubUser {
  id: number;
  login: string;
  name?: string | null;
  email?: string | null;
  /** The organisations they are a member of. */
  orgs?: readonly string[];
  /** Those that they are invited to. */
  invitedTo?: readonly string[];
  /** Their teams, as `acme/platform`. */
  teams?: readonly string[];
}

/** What the sign-in app was registered with. */
export interface GitHubClient {
  id: string;
  secret: string;
  /** Where users go when the request does not say. */
  callbackUrl?: string;
}

/** A server that plays GitHub; it stops when it goes out of scope. */
export interface GitHub extends AsyncDisposable {
  readonly url: string;
  readonly authorizationEndpointUri: string;
  readonly tokenUri: string;
  /** Where `/user` and what else the API has is found; under `/api/v3` too. */
  readonly apiUrl: string;
  /** Who sits at the browser; `null` for somebody who refuses. */
  user: GitHubUser | null;
  /** What goes wrong: a status for every request of the API, or no answer at all. */
  failing: number | "silent" | null;
  /** How an organisation hides who is in it: it has not approved the app, or wants a sign-on. */
  readonly hidden: Map<string, "unapproved" | "sso">;
  /** Takes all access tokens of somebody back. */
  revoke(login: string): void;
  /** Every request so far, as method and path. */
  readonly requests: readonly string[];
}

/** An access token: whose it is, and what it may see. */
interface Token {
  user: GitHubUser;
  scope: string;
}

interface Grant {
  user: GitHubUser;
  challenge: string | null;
  scope: string;
}

/** Starts it on a free port. */
export function startGitHub(client: GitHubClient, user: GitHubUser | null): GitHub {
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, Token>();
  const requests: string[] = [];

  const server = serveLocally(async (req) => {
    const url = new URL(req.url);
    requests.push(`${req.method} ${url.pathname}`);
    const path = url.pathname.replace(/^\/api\/v3/, "");
    switch (path) {
      case "/login/oauth/authorize":
        return authorize(url, client, github.user, grants);
      case "/login/oauth/access_token":
        return await exchange(req, client, grants, tokens);
    }
    return await answerApi(req, path, github, tokens);
  });

  const url = server.origin;
  const github: GitHub = {
    url,
    authorizationEndpointUri: `${url}/login/oauth/authorize`,
    tokenUri: `${url}/login/oauth/access_token`,
    apiUrl: url,
    user,
    failing: null,
    hidden: new Map(),
    revoke(login) {
      for (const [text, token] of tokens) if (token.user.login === login) tokens.delete(text);
    },
    requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return github;
}

function authorize(
  url: URL,
  client: GitHubClient,
  user: GitHubUser | null,
  grants: Map<string, Grant>,
): Response {
  const get = (name: string) => url.searchParams.get(name);
  if (get("client_id") !== client.id) return new Response("Not Found", { status: 404 });

  const back = get("redirect_uri") ?? client.callbackUrl;
  if (back === undefined) return new Response("No callback URL", { status: 400 });
  const target = new URL(back);
  const state = get("state");
  if (state !== null) target.searchParams.set("state", state);

  if (user === null) {
    target.searchParams.set("error", "access_denied");
    return Response.redirect(target, 302);
  }
  const code = randomUUID();
  grants.set(code, { user, challenge: get("code_challenge"), scope: get("scope") ?? "" });
  target.searchParams.set("code", code);
  return Response.redirect(target, 302);
}

/** GitHub answers a refused exchange with status 200 and an error inside. */
async function exchange(
  req: Request,
  client: GitHubClient,
  grants: Map<string, Grant>,
  tokens: Map<string, Token>,
): Promise<Response> {
  const form = new URLSearchParams(await req.text());
  const refuse = (error: string) => Response.json({ error, error_description: `It is ${error}` });
  if (!isClient(req, form, client)) return refuse("incorrect_client_credentials");

  const code = form.get("code") ?? "";
  const grant = grants.get(code);
  grants.delete(code);
  if (grant === undefined) return refuse("bad_verification_code");
  const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
  if (grant.challenge !== null && grant.challenge !== verifier) {
    return refuse("bad_verification_code");
  }

  const token = `gho_${randomUUID().replaceAll("-", "")}`;
  tokens.set(token, { user: grant.user, scope: grant.scope });
  const answer = {
    access_token: token,
    token_type: "bearer",
    scope: grant.scope.replaceAll(" ", ","),
  };
  return req.headers.get("accept")?.includes("application/json")
    ? Response.json(answer)
    : new Response(new URLSearchParams(answer));
}

function isClient(req: Request, form: URLSearchParams, { id, secret }: GitHubClient): boolean {
  const basic = req.headers.get("authorization");
  if (basic !== null) return basic === `Basic ${btoa(`${id}:${secret}`)}`;
  return form.get("client_id") === id && form.get("client_secret") === secret;
}

/** The API, as far as somebody who signs in is asked about. */
async function answerApi(
  req: Request,
  path: string,
  { failing, hidden }: GitHub,
  tokens: Map<string, Token>,
): Promise<Response> {
  if (failing === "silent") await new Promise((resolve) => req.signal.onabort = resolve);
  if (typeof failing === "number") {
    return Response.json({ message: "Failing" }, { status: failing });
  }
  const [, bearer] = /^(?:Bearer|token) (\S+)$/i.exec(req.headers.get("authorization") ?? "") ?? [];
  const token = tokens.get(bearer ?? "");
  if (token === undefined) return Response.json({ message: "Bad credentials" }, { status: 401 });

  const { user, scope } = token;
  const headers = { "x-oauth-scopes": scope.replaceAll(" ", ", ") };
  const say = (body: unknown, status = 200) => Response.json(body, { status, headers });
  const { id, login, name = null, email = null } = user;
  if (path === "/user") return say({ id, login, name, email });
  if (path === "/user/orgs") return say((user.orgs ?? []).map((org) => ({ login: org })));

  const ofOrg = /^\/user\/memberships\/orgs\/([^/]+)$/.exec(path);
  const ofTeam = /^\/orgs\/([^/]+)\/teams\/([^/]+)\/memberships\/([^/]+)$/.exec(path);
  const org = ofOrg?.[1] ?? ofTeam?.[1];
  if (org === undefined) return say({ message: "Not Found" }, 404);
  if (!/\b(read|write|admin):org\b/.test(scope)) {
    return say({ message: "You need at least read:org scope" }, 403);
  }
  const why = hidden.get(org);
  if (why !== undefined) return say({ message: HIDDEN[why] }, 403);
  if (ofOrg !== null) return say(...membershipOf(org, user.orgs, user.invitedTo));
  const isOwn = ofTeam?.[3] === login;
  return say(...membershipOf(`${org}/${ofTeam?.[2]}`, isOwn ? user.teams : []));
}

/** What GitHub says where an organisation does not let itself be seen. */
const HIDDEN = {
  unapproved: "Although you appear to have the correct authorization credentials, the " +
    "organization has enabled OAuth App access restrictions",
  sso: "Resource protected by organization SAML enforcement.",
};

function membershipOf(
  what: string,
  active: readonly string[] = [],
  pending: readonly string[] = [],
): [unknown, number] {
  if (active.includes(what)) return [{ state: "active", role: "member" }, 200];
  if (pending.includes(what)) return [{ state: "pending", role: "member" }, 200];
  return [{ message: "Not Found" }, 404];
}
