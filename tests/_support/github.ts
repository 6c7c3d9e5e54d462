import { createHash, randomUUID } from "node:crypto";

/** Somebody with an account. */
export interface GitHubUser {
  id: number;
  login: string;
  name?: string | null;
  email?: string | null;
  /** The organisations they are a member of. */
  orgs?: readonly string[];
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
  /** Where `/user` and `/user/orgs` are found. */
  readonly apiUrl: string;
  /** Who sits at the browser; `null` for somebody who refuses. */
  user: GitHubUser | null;
  /** Every request so far, as method and path. */
  readonly requests: readonly string[];
}

interface Grant {
  user: GitHubUser;
  challenge: string | null;
  scope: string;
}

/** Starts it on a free port. */
export function startGitHub(client: GitHubClient, user: GitHubUser | null): GitHub {
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, GitHubUser>();
  const requests: string[] = [];

  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (req) => {
    const url = new URL(req.url);
    requests.push(`${req.method} ${url.pathname}`);
    switch (url.pathname.replace(/^\/api\/v3/, "")) {
      case "/login/oauth/authorize":
        return authorize(url, client, github.user, grants);
      case "/login/oauth/access_token":
        return await exchange(req, client, grants, tokens);
      case "/user":
        return withUser(req, tokens, ({ id, login, name = null, email = null }) => {
          return { id, login, name, email };
        });
      case "/user/orgs":
        return withUser(req, tokens, ({ orgs = [] }) => orgs.map((login) => ({ login })));
    }
    return Response.json({ message: "Not Found" }, { status: 404 });
  });

  const url = `http://127.0.0.1:${server.addr.port}`;
  const github: GitHub = {
    url,
    authorizationEndpointUri: `${url}/login/oauth/authorize`,
    tokenUri: `${url}/login/oauth/access_token`,
    apiUrl: url,
    user,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
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
  tokens: Map<string, GitHubUser>,
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
  tokens.set(token, grant.user);
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

function withUser(
  req: Request,
  tokens: Map<string, GitHubUser>,
  answer: (user: GitHubUser) => unknown,
): Response {
  const [, token] = /^(?:Bearer|token) (\S+)$/i.exec(req.headers.get("authorization") ?? "") ?? [];
  const user = tokens.get(token ?? "");
  if (user === undefined) return Response.json({ message: "Bad credentials" }, { status: 401 });
  return Response.json(answer(user));
}
