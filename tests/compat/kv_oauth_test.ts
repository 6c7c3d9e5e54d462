import assert from "node:assert/strict";
import type { OAuth2ClientConfig } from "@deno/kv-oauth";
import { type GitHub, type GitHubUser, startGitHub } from "../_support/github.ts";
import { loadKvOAuth } from "../_support/load_kv_oauth.ts";

// The module opens its store when it is loaded, at the path that it finds then.
const STORE = await Deno.makeTempFile({ prefix: "kv_oauth_", suffix: ".sqlite" });
const { createGitHubOAuthConfig, createHelpers } = await loadKvOAuth(STORE);

const ADA: GitHubUser = { id: 1, login: "ada" };
const CLIENT = { id: "the-client", secret: "the-secret" };
const CALLBACK = "http://site.test/callback";

const configFor = (github: GitHub): OAuth2ClientConfig => ({
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  authorizationEndpointUri: github.authorizationEndpointUri,
  tokenUri: github.tokenUri,
  redirectUri: CALLBACK,
  defaults: { scope: ["read:user", "read:org"] },
});

interface SetCookie {
  name: string;
  value: string;
  attributes: Set<string>;
}

function setCookie(response: Response): SetCookie {
  const [pair, ...attributes] = (response.headers.getSetCookie()[0] ?? "").split("; ");
  const [name, value] = pair.split("=");
  return { name, value, attributes: new Set(attributes) };
}

const withCookie = (url: string, { name, value }: SetCookie) =>
  new Request(url, { headers: { cookie: `other=1; ${name}=${value}` } });

const location = (response: Response) => response.headers.get("location") ?? "";

/** Follows a sign-in to GitHub and back; gives the request of the callback. */
async function visit(signIn: Response): Promise<Request> {
  const response = await fetch(location(signIn), { redirect: "manual" });
  await response.body?.cancel();
  return withCookie(location(response), setCookie(signIn));
}

async function inStore<T>(look: (kv: Deno.Kv) => Promise<T>): Promise<T> {
  const kv = await Deno.openKv(STORE);
  try {
    return await look(kv);
  } finally {
    kv.close();
  }
}

Deno.test("signIn() sends the user to GitHub with state, PKCE and scopes", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { signIn } = createHelpers(configFor(github));

  const response = await signIn(new Request("http://site.test/signin"), {
    urlParams: { login: "ada" },
  });

  assert.equal(response.status, 302);
  const url = new URL(location(response));
  assert.equal(url.origin + url.pathname, github.authorizationEndpointUri);
  assert.equal(url.searchParams.get("response_type"), "code");
  assert.equal(url.searchParams.get("client_id"), CLIENT.id);
  assert.equal(url.searchParams.get("redirect_uri"), CALLBACK);
  assert.equal(url.searchParams.get("scope"), "read:user read:org");
  assert.equal(url.searchParams.get("login"), "ada");
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
  assert.match(url.searchParams.get("code_challenge") ?? "", /^[\w-]{43}$/);
  assert.ok((url.searchParams.get("state") ?? "").length >= 32);
});

Deno.test("signIn() asks for no scope where none is given", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { signIn } = createHelpers({ ...configFor(github), defaults: {} });

  const response = await signIn(new Request("http://site.test/signin"));

  assert.equal(new URL(location(response)).searchParams.get("scope"), null);
});

Deno.test("signIn() sets a cookie of ten minutes that scripts cannot read", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { signIn } = createHelpers(configFor(github));

  const plain = setCookie(await signIn(new Request("http://site.test/signin")));
  const secure = setCookie(await signIn(new Request("https://site.test/signin")));

  assert.equal(plain.name, "oauth-session");
  assert.deepEqual(
    plain.attributes,
    new Set(["HttpOnly", "Max-Age=600", "SameSite=Lax", "Path=/"]),
  );
  assert.equal(secure.name, "__Host-oauth-session");
  assert.ok(secure.attributes.has("Secure"));
});

Deno.test("handleCallback() begins a session and hands over the token", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { getSessionId, handleCallback, signIn } = createHelpers(configFor(github));
  const begun = await signIn(new Request("http://site.test/signin?success_url=/home"));

  const { response, sessionId, tokens } = await handleCallback(await visit(begun));

  assert.equal(response.status, 302);
  assert.equal(location(response), "/home");
  assert.match(tokens.accessToken, /^gho_/);
  const user = await fetch(`${github.apiUrl}/user`, {
    headers: { authorization: `Bearer ${tokens.accessToken}` },
  });
  assert.equal((await user.json()).login, "ada");
  const cookie = setCookie(response);
  assert.equal(cookie.name, "site-session");
  assert.equal(cookie.value, sessionId);
  assert.deepEqual(
    cookie.attributes,
    new Set(["HttpOnly", "Max-Age=7776000", "SameSite=Lax", "Path=/"]),
  );
  assert.equal(await getSessionId(withCookie("http://site.test/", cookie)), sessionId);
});

Deno.test("handleCallback() keeps the session in the store, and the sign-in no longer", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { handleCallback, signIn } = createHelpers(configFor(github));
  const begun = await signIn(new Request("http://site.test/signin"));
  const key = ["oauth_sessions", setCookie(begun).value];
  const pending = await inStore((kv) => kv.get(key));

  const { sessionId } = await handleCallback(await visit(begun));

  assert.ok(pending.value !== null);
  assert.equal((await inStore((kv) => kv.get(key))).value, null);
  const site = await inStore((kv) => kv.get(["site_sessions", sessionId]));
  assert.equal(site.value, true);
});

Deno.test("handleCallback() takes a sign-in once", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { handleCallback, signIn } = createHelpers(configFor(github));
  const callback = await visit(await signIn(new Request("http://site.test/signin")));

  await handleCallback(callback.clone());

  await assert.rejects(() => handleCallback(callback), Deno.errors.NotFound);
});

Deno.test("handleCallback() refuses a request without the cookie", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { handleCallback } = createHelpers(configFor(github));

  await assert.rejects(() => handleCallback(new Request(CALLBACK)), /OAuth cookie not found/);
});

Deno.test("handleCallback() refuses a cookie that nobody was given", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { handleCallback } = createHelpers(configFor(github));
  const forged = withCookie(CALLBACK, {
    name: "oauth-session",
    value: crypto.randomUUID(),
    attributes: new Set(),
  });

  await assert.rejects(() => handleCallback(forged), Deno.errors.NotFound);
});

Deno.test("handleCallback() refuses another sign-in's state, and asks GitHub nothing", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { handleCallback, signIn } = createHelpers(configFor(github));
  const victim = await signIn(new Request("http://site.test/signin"));
  const attacker = await visit(await signIn(new Request("http://site.test/signin")));
  const mixed = withCookie(attacker.url, setCookie(victim));

  await assert.rejects(() => handleCallback(mixed));

  assert.ok(!github.requests.includes("POST /login/oauth/access_token"));
});

Deno.test("handleCallback() rejects when the user refuses", async () => {
  await using github = startGitHub(CLIENT, null);
  const { handleCallback, signIn } = createHelpers(configFor(github));
  const callback = await visit(await signIn(new Request("http://site.test/signin")));

  await assert.rejects(() => handleCallback(callback));
});

Deno.test("handleCallback() rejects when GitHub refuses the client", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const config = { ...configFor(github), clientSecret: "a wrong one" };
  const { handleCallback, signIn } = createHelpers(config);
  const callback = await visit(await signIn(new Request("http://site.test/signin")));

  await assert.rejects(() => handleCallback(callback));
});

Deno.test("getSessionId() knows no session without a cookie, or one made up", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { getSessionId } = createHelpers(configFor(github));
  const forged = { name: "site-session", value: "made-up", attributes: new Set<string>() };

  assert.equal(await getSessionId(new Request("http://site.test/")), undefined);
  assert.equal(await getSessionId(withCookie("http://site.test/", forged)), undefined);
});

Deno.test("signOut() ends the session and clears its cookie", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { getSessionId, handleCallback, signIn, signOut } = createHelpers(configFor(github));
  const begun = await signIn(new Request("http://site.test/signin"));
  const { response } = await handleCallback(await visit(begun));
  const signedIn = withCookie("http://site.test/signout?success_url=/bye", setCookie(response));

  const ended = await signOut(signedIn);

  assert.equal(ended.status, 302);
  assert.equal(location(ended), "/bye");
  const cleared = setCookie(ended);
  assert.equal(cleared.name, "site-session");
  assert.equal(cleared.value, "");
  assert.ok(cleared.attributes.has("Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  assert.equal(await getSessionId(signedIn), undefined);
});

Deno.test("signOut() sends somebody without a session on their way", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { signOut } = createHelpers(configFor(github));

  const response = await signOut(new Request("http://site.test/signout"));

  assert.equal(location(response), "/");
  assert.equal(response.headers.get("set-cookie"), null);
});

Deno.test("createHelpers() lets the session's cookie have another name and age", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { getSessionId, handleCallback, signIn } = createHelpers(configFor(github), {
    cookieOptions: { name: "visitor", maxAge: 60 },
  });
  const begun = await signIn(new Request("http://site.test/signin"));

  const { response, sessionId } = await handleCallback(await visit(begun));

  const cookie = setCookie(response);
  assert.equal(cookie.name, "visitor");
  assert.ok(cookie.attributes.has("Max-Age=60"));
  assert.equal(await getSessionId(withCookie("http://site.test/", cookie)), sessionId);
});

Deno.test("signOut() ends a session whose cookie has another name", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const cookieOptions = { name: "visitor", maxAge: 60 };
  const { handleCallback, signIn, signOut } = createHelpers(configFor(github), { cookieOptions });
  const begun = await signIn(new Request("http://site.test/signin?success_url=%2Fa%3Fb%3Dc"));
  const { response, sessionId } = await handleCallback(await visit(begun));

  const cookie = { name: "visitor", value: sessionId, attributes: new Set<string>() };
  await signOut(withCookie("http://site.test/signout?success_url=/", cookie));

  assert.equal(location(response), "/a?b=c");
  const site = await inStore((kv) => kv.get(["site_sessions", sessionId]));
  assert.equal(site.value, null);
});

Deno.test("users go back to the page of this site that they came from", async () => {
  await using github = startGitHub(CLIENT, ADA);
  const { signOut } = createHelpers(configFor(github));
  const from = (referer: string) =>
    signOut(new Request("http://site.test/signout", { headers: { referer } }));

  assert.equal(location(await from("http://site.test/page?a=1")), "http://site.test/page?a=1");
  assert.equal(location(await from("http://elsewhere.test/page")), "/");
});

Deno.test("createGitHubOAuthConfig() needs the client, and fills in GitHub's addresses", () => {
  Deno.env.delete("GITHUB_CLIENT_ID");
  assert.throws(() => createGitHubOAuthConfig(), /GITHUB_CLIENT_ID/);

  Deno.env.set("GITHUB_CLIENT_ID", CLIENT.id);
  Deno.env.set("GITHUB_CLIENT_SECRET", CLIENT.secret);
  const config = createGitHubOAuthConfig({ redirectUri: CALLBACK, scope: "read:user" });
  // Files that run at the same time have the same environment.
  Deno.env.delete("GITHUB_CLIENT_ID");
  Deno.env.delete("GITHUB_CLIENT_SECRET");

  assert.deepEqual(config, {
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    authorizationEndpointUri: "https://github.com/login/oauth/authorize",
    tokenUri: "https://github.com/login/oauth/access_token",
    redirectUri: CALLBACK,
    defaults: { scope: "read:user" },
  });
});
