import assert from "node:assert/strict";
import { type RunningApp, startApp } from "../_support/app.ts";
import {
  comeBack,
  CookieJar,
  gitHubEnv,
  goToGitHub,
  signInWithGitHub,
  someGitHub,
} from "../_support/github_sign_in.ts";

/** What the sign-in page says after a sign-in that failed. */
async function saidAfter(app: RunningApp, jar: CookieJar, location: string): Promise<string> {
  assert.equal(location, "/sign-in");
  assert.ok(!jar.has("aerostack"));
  const response = await app.ask(location, { headers: { cookie: jar.header } });
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.match(html, /href="\/auth\/sign-in"/);
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
}

Deno.test("who says no at GitHub is told what it is for", async () => {
  await using github = someGitHub(null);
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();

  const location = await comeBack(app, jar, await goToGitHub(app, jar));

  assert.match(await saidAfter(app, jar, location), /You said no to GitHub/);
});

Deno.test("who says no at GitHub and tries again lands on the page that they wanted", async () => {
  await using github = someGitHub(null);
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();
  const wanted = "/audit?actor=octocat";
  const begin = `/auth/sign-in?next=${encodeURIComponent(wanted)}`;

  const refused = await comeBack(app, jar, await goToGitHub(app, jar, begin));
  const other = await comeBack(app, jar, await goToGitHub(app, jar));

  assert.equal(refused, `/sign-in?next=${encodeURIComponent(wanted)}`);
  assert.equal(other, "/sign-in", "what was wanted before is forgotten");
});

Deno.test("a page that somebody wrote into the cookie leads to no other site", async () => {
  await using github = someGitHub(null);
  await using app = await startApp(gitHubEnv(github));
  const callback = "/auth/callback?error=access_denied";

  for (const text of [encodeURIComponent("//evil.example"), "%", "https://evil.example"]) {
    const headers = { cookie: `aerostack-next=${text}` };
    const response = await app.ask(callback, { headers });
    await response.body?.cancel();
    assert.equal(response.headers.get("location"), "/sign-in", text);
  }
});

Deno.test("a callback address that GitHub does not know is named", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();

  const callback = `${app.origin}/auth/callback?error=redirect_uri_mismatch`;
  const location = await comeBack(app, jar, callback);

  const said = await saidAfter(app, jar, location);
  assert.ok(said.includes(`${app.origin}/auth/callback`), said);
});

Deno.test("a sign-in works once", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();
  const callback = await goToGitHub(app, jar);
  const spent = new CookieJar();
  await comeBack(app, spent, "/auth/callback?nothing".replace(/^/, app.origin));
  const browser = jar.header;

  assert.equal(await comeBack(app, jar, callback), "/");
  const response = await app.ask(new URL(callback).pathname + new URL(callback).search, {
    headers: { cookie: browser },
  });
  await response.body?.cancel();
  spent.take(response);

  const location = response.headers.get("location") ?? "";
  assert.match(await saidAfter(app, spent, location), /works once and for ten minutes/);
});

Deno.test("an answer in another browser than the one that began is refused", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const callback = await goToGitHub(app, new CookieJar());
  const jar = new CookieJar();

  const location = await comeBack(app, jar, callback);

  assert.match(await saidAfter(app, jar, location), /This browser did not begin a sign-in/);
  assert.ok(!github.requests.includes("POST /login/oauth/access_token"));
});

Deno.test("an answer to another sign-in is refused, and GitHub is asked nothing", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const attackers = await goToGitHub(app, new CookieJar());
  const jar = new CookieJar();
  await goToGitHub(app, jar);

  const location = await comeBack(app, jar, attackers);

  assert.match(await saidAfter(app, jar, location), /belongs to another sign-in/);
  assert.ok(!github.requests.includes("POST /login/oauth/access_token"));
});

Deno.test("a wrong client secret is what the page tells to look at, and the log", async () => {
  await using github = someGitHub();
  const lines: string[] = [];
  const env = { ...gitHubEnv(github), GITHUB_CLIENT_SECRET: "another-secret" };
  await using app = await startApp(env, { log: (line) => void lines.push(line) });
  const jar = new CookieJar();

  const location = await comeBack(app, jar, await goToGitHub(app, jar));

  assert.match(await saidAfter(app, jar, location), /GITHUB_CLIENT_SECRET/);
  assert.ok(lines.some((line) => line.startsWith("Cannot finish a sign-in with GitHub")));
  assert.ok(lines.every((line) => !line.includes("another-secret")));
});

Deno.test("a GitHub that cannot be asked is said to be it", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();
  const callback = await goToGitHub(app, jar);
  github.failing = 503;

  const location = await comeBack(app, jar, callback);

  assert.match(await saidAfter(app, jar, location), /GitHub cannot be reached/);
});

Deno.test("a GitHub that is not there is said to be it", async () => {
  const github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();
  const callback = await goToGitHub(app, jar);
  await github[Symbol.asyncDispose]();

  const location = await comeBack(app, jar, callback);

  assert.match(await saidAfter(app, jar, location), /GitHub cannot be reached/);
});

Deno.test("what went wrong is forgotten when somebody tries again", async () => {
  await using github = someGitHub(null);
  await using app = await startApp(gitHubEnv(github));
  const jar = new CookieJar();
  await comeBack(app, jar, await goToGitHub(app, jar));
  github.user = { id: 1, login: "octocat" };

  const location = await comeBack(app, jar, await goToGitHub(app, jar));

  assert.equal(location, "/");
  assert.ok(jar.has("aerostack") && !jar.has("aerostack-sign-in"));
});

Deno.test("without GitHub there is no way to it, and the page says how to sign in", async () => {
  await using app = await startApp();

  for (const path of ["/auth/sign-in", "/auth/callback?code=1&state=2"]) {
    const response = await app.ask(path);
    assert.equal(response.status, 404, path);
    await response.body?.cancel();
  }
  const html = await (await app.ask("/sign-in")).text();
  assert.doesNotMatch(html, /auth\/sign-in/);
});

Deno.test("with GitHub the sign-in page shows both ways, GitHub first", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));

  const html = await (await app.ask("/sign-in")).text();

  assert.match(html, /href="\/auth\/sign-in".*Sign in with GitHub.*deno task sign-in/s);
});

Deno.test("an address that begins many sign-ins waits its turn; others do not", async () => {
  await using github = someGitHub();
  await using app = await startApp(gitHubEnv(github));
  const begun = Array.from({ length: 300 }, () => app.askFrom("203.0.113.7", "/auth/sign-in"));

  const statuses = (await Promise.all(begun)).map(({ status }) => status);

  assert.ok(statuses.includes(429));
  assert.ok(statuses.filter((status) => status === 302).length >= 60);
  assert.equal((await signInWithGitHub(app)).location, "/");
});
